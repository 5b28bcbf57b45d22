#!/usr/bin/env python3
"""Reads the reports o.gitlab, o.rdjson, o.checkstyle and o.junit of a directory with the parsers of their languages; prints
one line per finding."""

import json
import pathlib
import sys
import xml.etree.ElementTree as tree

base = pathlib.Path(sys.argv[1])

for f in json.loads((base / "o.gitlab").read_text()):
    assert len(f["fingerprint"]) == 32 and f["description"]
    print("gitlab", f["location"]["path"], f["location"]["lines"]["begin"], f["severity"], f["check_name"])

for d in json.loads((base / "o.rdjson").read_text())["diagnostics"]:
    start, end = (d["location"]["range"][k] for k in ("start", "end"))
    assert all(r["location"]["path"] and r["message"] for r in d["relatedLocations"])
    print("rdjson", d["location"]["path"], f"{start['line']}:{start['column']}-{end['line']}:{end['column']}", d["severity"],
          d["code"]["value"])

for file in tree.parse(base / "o.checkstyle").getroot().iter("file"):
    for e in file.iter("error"):
        print("checkstyle", file.get("name"), f"{e.get('line')}:{e.get('column')}", e.get("severity"), e.get("source"))

suite = tree.parse(base / "o.junit").getroot().find("testsuite")
for case in suite.iter("testcase"):
    assert case.find("failure").get("message") and "'mu' is locked" in case.find("failure").text
    print("junit", case.get("file"), *(f"{k}={suite.get(k)}" for k in ("tests", "failures", "errors")), case.get("name"))
