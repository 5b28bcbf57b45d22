#!/usr/bin/env python3
"""Runs threadlint over the Bad and Good blocks of docs/rules/*.md.

Each block is written to a file of its own and checked in the profile `review`. A Bad block must be reported by exactly the rule of its
section, a Good block by no rule. Notes of other rules (design questions about a five-line example) do not count.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FLAGS = {"c": ["-std=gnu11", "-pthread"], "cpp": ["-std=c++20", "-pthread"]}
SECTION = re.compile(r"^## ([a-z0-9-]+)\s*$", re.M)
SUBHEAD = re.compile(r"^### (.+?)\s*$", re.M)
BLOCK = re.compile(r"^```(c|cpp)\n(.*?)^```", re.M | re.S)


def parts(pattern, text):
    """Yields (title, body) of each heading that matches `pattern`."""
    heads = list(pattern.finditer(text))
    for head, after in zip(heads, heads[1:] + [None]):
        yield head.group(1), text[head.end():after.start() if after else len(text)]


def blocks(docs):
    """Yields (file, rule, "Bad" or "Good", number, language, code)."""
    for path in sorted(docs.glob("*.md")):
        for rule, section in parts(SECTION, path.read_text(encoding="utf-8")):
            for title, body in parts(SUBHEAD, section):
                if title in ("Bad", "Good"):
                    for number, block in enumerate(BLOCK.finditer(body)):
                        yield path, rule, title, number, block.group(1), block.group(2)


def findings_of(text):
    """The findings of `--format json`: one on each line."""
    return [record for record in map(json.loads, filter(str.strip, text.splitlines())) if "rule" in record]


def rule_of(finding):
    rule = finding["rule"]
    return rule["id"] if isinstance(rule, dict) else rule


def check(tool, path, language):
    """The findings in a program that consists of this file."""
    database = path.parent / f"{path.stem}.json"
    entry = {"directory": str(path.parent), "file": path.name, "arguments": ["cc", *FLAGS[language], "-c", path.name]}
    database.write_text(json.dumps([entry]), encoding="utf-8")
    command = [tool, "check", "--isolated", "--no-cache", "--format", "json", "--profile", "review", "-p", database.name]
    run = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=120, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"exit code {run.returncode}: {run.stderr.strip() or run.stdout.strip()}")
    return findings_of(run.stdout)


def problem(findings, rule, kind):
    """What is wrong with the findings of a block, or None."""
    counted = [f for f in findings
               if not f.get("suppressed") and (rule_of(f) == rule or f.get("level") != "note")]
    rules = sorted({rule_of(f) for f in counted})
    if kind == "Bad" and rules == [rule] or kind == "Good" and not rules:
        return None
    if not rules:
        return "nothing is reported"
    return "; ".join(f"{f.get('line', '?')}: {rule_of(f)}: {f.get('message', '')}" for f in counted)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, help="the threadlint binary")
    parser.add_argument("--docs", type=pathlib.Path, help="directory of the rule chapters",
                        default=pathlib.Path(__file__).resolve().parents[2] / "docs" / "rules")
    parser.add_argument("--rule", help="only this rule")
    arguments = parser.parse_args()
    failed = total = 0
    with tempfile.TemporaryDirectory() as directory:
        for path, rule, kind, number, language, code in blocks(arguments.docs):
            if arguments.rule not in (None, rule):
                continue
            total += 1
            source = pathlib.Path(directory) / f"{rule}-{kind.lower()}-{number}.{language}"
            source.write_text(code, encoding="utf-8")
            try:
                wrong = problem(check(arguments.tool, source, language), rule, kind)
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
                wrong = str(error)
            if wrong:
                failed += 1
                print(f"{path.name}: {rule}: {kind} block {number + 1}: {wrong}")
    print(f"{total} blocks, {failed} failed")
    return 1 if failed or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
