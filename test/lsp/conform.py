"""Checks messages of a server against the meta model of the Language Server Protocol, its machine-readable specification.

    model = Model(path of metaModel.json)
    model.check_result(method, value), model.check_params(method, value) -> list of complaints
"""

import json

BASE = {"string": str, "boolean": bool, "decimal": (int, float), "null": type(None), "URI": str, "DocumentUri": str, "RegExp": str}
INTEGERS = {"integer": -2**31, "uinteger": 0}


class Model:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            model = json.load(f)
        self.structures = {s["name"]: s for s in model["structures"]}
        self.enumerations = {e["name"]: e for e in model["enumerations"]}
        self.aliases = {a["name"]: a["type"] for a in model["typeAliases"]}
        self.requests = {r["method"]: r for r in model["requests"]}
        self.notifications = {n["method"]: n for n in model["notifications"]}

    def properties(self, structure):
        found = {}
        for base in structure.get("extends", []) + structure.get("mixins", []):
            found.update(self.properties(self.structures[base["name"]]))
        found.update({p["name"]: p for p in structure["properties"]})
        return found

    def object(self, properties, value, at):
        if not isinstance(value, dict):
            return [f"{at}: no object"]
        wrong = [f"{at}.{name}: missing" for name, p in properties.items() if not p.get("optional") and name not in value]
        for name, member in value.items():
            if name in properties:
                wrong += self.check(properties[name]["type"], member, f"{at}.{name}")
            else:
                wrong.append(f"{at}.{name}: not in the protocol")
        return wrong

    def named(self, name, value, at):
        if name in ("LSPAny", "LSPObject", "LSPArray"):
            return []
        if name in self.aliases:
            return self.check(self.aliases[name], value, at)
        if name in self.enumerations:
            e = self.enumerations[name]
            if e.get("supportsCustomValues"):
                return self.check(e["type"], value, at)
            return [] if value in [v["value"] for v in e["values"]] else [f"{at}: {value!r} is no {name}"]
        return self.object(self.properties(self.structures[name]), value, at)

    def check(self, kind, value, at):
        """Complaints about a value that should be of this type."""
        what = kind["kind"]
        if what == "base":
            if kind["name"] in INTEGERS:
                good = isinstance(value, int) and not isinstance(value, bool) and INTEGERS[kind["name"]] <= value < 2**31
            else:
                good = isinstance(value, BASE[kind["name"]])
            return [] if good else [f"{at}: {value!r} is no {kind['name']}"]
        if what == "reference":
            return self.named(kind["name"], value, at)
        if what == "array":
            if not isinstance(value, list):
                return [f"{at}: no array"]
            return [w for i, item in enumerate(value) for w in self.check(kind["element"], item, f"{at}[{i}]")]
        if what == "map":
            return [w for key, item in value.items() for w in self.check(kind["value"], item, f"{at}[{key}]")]
        if what == "or":
            tries = [self.check(item, value, at) for item in kind["items"]]
            return min(tries, key=len)
        if what == "and":
            return [w for item in kind["items"] for w in self.check(item, value, at)]
        if what == "literal":
            return self.object({p["name"]: p for p in kind["value"]["properties"]}, value, at)
        if what == "tuple":
            return [w for item, v in zip(kind["items"], value) for w in self.check(item, v, at)]
        return [] if value == kind["value"] else [f"{at}: {value!r} is not {kind['value']!r}"]

    def check_params(self, method, value):
        known = self.requests.get(method) or self.notifications.get(method)
        if not known:
            return [f"{method}: not in the protocol"]
        if "params" not in known:
            return [] if value is None else [f"{method}: takes no parameters"]
        return self.check(known["params"], value, method)

    def check_result(self, method, value):
        known = self.requests.get(method)
        return self.check(known["result"], value, f"{method} result") if known else []
