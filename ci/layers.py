#!/usr/bin/env python3
"""Checks what compilers do not: include direction, who may use which library, banned functions, sizes of files and functions.

    layers.py [SOURCE DIRECTORY]

Layers, lowest first; a file includes its own room or lower layers. front and flow do not know each other, and front knows
neither effect nor anything above it: the facts (checker/ir) are the contract.
"""

import dataclasses
import fnmatch
import pathlib
import re
import sys

LAYERS = {"checker/base": 0, "checker/ir": 1, "checker/front": 2, "checker/effect": 2, "checker/flow": 3, "checker/link": 4,
          "checker/rule": 5, "rules": 6, "reports": 6, "checker/drive": 7, "checker/lsp": 8, "checker": 8}
FORBIDDEN = {("checker/flow", "checker/front"), ("checker/link", "checker/front"), ("checker/rule", "checker/front"),
             ("rules", "checker/front"), ("reports", "checker/front")}
LIBRARIES = {
    "clang-c/": ["checker/front/*"],
    "sqlite3.h": ["checker/drive/cache_private.h", "checker/link/store.c", "reports/sqlite*.c"],
    "cjson/": ["checker/front/compdb.c", "checker/rule/config*.c", "checker/rule/baseline.c", "checker/lsp/*"],
    "xxhash.h": ["checker/base/hash.c"],
    "pthread.h": [],
    "setjmp.h": [],
}
PRINTERS = ["reports/*", "checker/drive/*", "checker/lsp/*", "checker/main.c"]
ENDERS = ["checker/drive/*", "checker/lsp/*", "checker/main.c"]
HEAP = ["checker/base/*"]
BANNED = {  # function: where it is allowed
    "strcpy": [], "strcat": [], "sprintf": [], "vsprintf": [], "gets": [], "strtok": [], "atoi": [], "atol": [], "atof": [],
    "alloca": [], "rand": [], "srand": [], "time": [], "setjmp": [], "longjmp": [],
    "printf": PRINTERS, "puts": PRINTERS, "putchar": PRINTERS, "exit": ENDERS, "abort": [],
    "malloc": HEAP, "calloc": HEAP, "realloc": HEAP, "strdup": [], "strndup": [],
}
FILE_LINES = 800
FUNCTION_LINES = 70

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
CALL = re.compile(r"(?<![\w.])(?<!->)(" + "|".join(BANNED) + r")\s*\(")
TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.M | re.S)
SIDE_EFFECT = re.compile(r"\+\+|--|(?<![=!<>])=(?!=)")
FUNCTION_NAME = re.compile(r"(\w+)\s*\(")


@dataclasses.dataclass
class Source:
    name: str  # relative to the root
    text: str
    code: str  # the text with comments and literals blanked, line by line the same


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def blank_token(match):
    text = match.group(0)
    return blank(match) if text[0] == "/" else text[0] + " " * (len(text) - 2) + text[-1] if "\n" not in text else blank(match)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def room_of(name):
    """The room of a file or include path: the longest prefix that is a layer, or None."""
    parts = name.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        room = "/".join(parts[:length])
        if room in LAYERS:
            return room
    return None


def allowed(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def include_problem(source, path, quoted):
    """What is wrong with including `path`, or None."""
    for library, places in LIBRARIES.items():
        if path.startswith(library) and not allowed(source.name, places):
            return f"<{path}> is not for this file" + (f" (only {', '.join(places)})" if places else "")
    if not quoted:
        return None
    own, other = room_of(source.name), room_of(path)
    if other is None:
        return None if "/" not in path else f'"{path}" is in no layer'  # generated headers: version.h
    if own == other:
        families = [pathlib.PurePath(p).parts[1] for p in (source.name, path)] if own == "rules" else ["", ""]
        return None if families[0] == families[1] else f'"{path}" is of another family of rules'
    if LAYERS[other] >= LAYERS[own] and (own, other) != ("checker", "checker/lsp"):
        return f'"{path}" is not below {own}'
    if (own, other) in FORBIDDEN:
        return f'"{path}": {own} must not know {other}'
    return None


def include_problems(source):
    # Quoted names are blanked in the code: look for directives there, for names in the text.
    for match in INCLUDE.finditer(source.text):
        if source.code[match.start():match.end()].lstrip().startswith("#"):
            problem = include_problem(source, match.group(2), match.group(1) == '"')
            if problem:
                yield line_of(source.text, match.start(2)), problem


def banned_problems(source):
    for match in CALL.finditer(source.code):
        if not allowed(source.name, BANNED[match.group(1)]):
            yield line_of(source.code, match.start()), f"{match.group(1)}() is banned here"
    for match in re.finditer(r"(?<!\w)assert\s*\(", source.code):
        argument = source.code[match.end():closing(source.code, match.end(), "(", ")")]
        if SIDE_EFFECT.search(argument):
            yield line_of(source.code, match.start()), "assert() with a side effect"


def closing(code, start, opener, closer):
    """Position of the closer of what was opened before `start`, or the end."""
    depth = 1
    for match in re.compile(f"[{re.escape(opener + closer)}]").finditer(code, start):
        depth += 1 if match.group(0) == opener else -1
        if depth == 0:
            return match.start()
    return len(code)


def functions(code):
    """Yields (name, line of its head, lines) of every function body: an outer '{' whose head has parentheses and no '='."""
    code = DIRECTIVE.sub(blank, code)
    start = 0
    while True:
        at = code.find("{", start)
        if at < 0:
            return
        head = code[max(code.rfind(";", start, at), code.rfind("}", start, at), start - 1) + 1:at]
        end = closing(code, at + 1, "{", "}")
        name = FUNCTION_NAME.search(head)
        if name and head.rstrip().endswith(")") and "=" not in head:
            first = line_of(code, at - len(head.lstrip()))
            yield name.group(1), first, line_of(code, end) - first + 1
        start = end + 1


def size_problems(source):
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield lines, f"file of {lines} lines (at most {FILE_LINES})"
    for name, line, count in functions(source.code):
        if count > FUNCTION_LINES:
            yield line, f"function {name} of {count} lines (at most {FUNCTION_LINES})"


def sources(root):
    for top in ("checker", "rules", "reports"):
        for path in sorted((root / top).rglob("*.[ch]")):
            text = path.read_text(encoding="utf-8", errors="replace")
            yield Source(path.relative_to(root).as_posix(), text, TOKEN.sub(blank_token, text))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    files = problems = 0
    for source in sources(root):
        files += 1
        for check in (include_problems, banned_problems, size_problems):
            for line, text in check(source):
                problems += 1
                print(f"{source.name}:{line}: {text}")
    print(f"{files} files, {problems} problems")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
