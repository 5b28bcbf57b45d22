#!/usr/bin/env python3
"""Every rule that threadlint lists has what a rule must have.

A unique id; a section "## <id>" with the fixed sub-heads in docs/rules/<family>.md; a test file test/rules/<family>/<rule>.c or .cpp
with at least one expected finding and one function named ok_*. Every test and every section belongs to a rule.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

SUBHEADS = ["What", "Why it fails in production", "Bad", "Good", "Limits", "References"]
EXPECT = re.compile(r"// expect(?:@[+-]\d+)?: ([a-z0-9-]+)")
CLEAN = re.compile(r"\bok_\w+\s*\(")


def listed_rules(tool):
    output = subprocess.run([tool, "rules", "--format", "json"], capture_output=True, text=True, check=True).stdout
    tree = json.loads(output)
    rules = tree["rules"] if isinstance(tree, dict) else tree
    return [rule["id"] for rule in rules]


def sections(root):
    """Maps rule id to (chapter, its sub-heads)."""
    found = {}
    for chapter in sorted((root / "docs" / "rules").glob("*.md")):
        for section in re.split(r"^## ", chapter.read_text(encoding="utf-8"), flags=re.M)[1:]:
            rule, body = section.split("\n", 1)
            found[rule.strip()] = (chapter, re.findall(r"^### (.+?)\s*$", body, re.M))
    return found


def tests(root):
    """Maps rule id to the test files of the rule."""
    found = {}
    for path in sorted((root / "test" / "rules").glob("*/*")):
        if path.suffix in (".c", ".cpp"):
            rule = f"{path.parent.name}-{path.stem.replace('_', '-')}"
            found.setdefault(rule, []).append(path)
    return found


def problems_of(rule, documented, tested):
    if rule not in documented:
        yield "no section in docs/rules"
    elif documented[rule][1] != SUBHEADS:
        yield f"sub-heads of {documented[rule][0].name} are {documented[rule][1]}"
    elif not rule.startswith(documented[rule][0].stem + "-"):
        yield f"documented in {documented[rule][0].name}"
    files = tested.get(rule, [])
    if not files:
        yield "no test file in test/rules"
    for path in files:
        text = path.read_text(encoding="utf-8")
        if rule not in EXPECT.findall(text):
            yield f"{path.name} expects no finding of the rule"
        if not CLEAN.search(text):
            yield f"{path.name} has no function named ok_*"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="the threadlint binary")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    arguments = parser.parse_args()
    rules = listed_rules(arguments.tool)
    documented = sections(arguments.root)
    tested = tests(arguments.root)
    problems = [f"{rule}: listed twice" for rule in sorted({r for r in rules if rules.count(r) > 1})]
    for rule in rules:
        problems += [f"{rule}: {text}" for text in problems_of(rule, documented, tested)]
    problems += [f"{rule}: documented, but no rule" for rule in documented if rule not in rules]
    problems += [f"{rule}: tested, but no rule" for rule in tested if rule not in rules]
    print("\n".join(problems + [f"{len(rules)} rules, {len(problems)} problems"]))
    return 1 if problems or not rules else 0


if __name__ == "__main__":
    sys.exit(main())
