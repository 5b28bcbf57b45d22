#!/usr/bin/env python3
"""Runs threadlint on one source file and compares its findings with the comments in the file.

    expect.py --tool THREADLINT FILE [-- extra arguments of the tool]

Comments, on the line of the finding or (with @+N, @-N) some lines off it:

    // expect: RULE "substring"   is reported, and its message contains the substring (which may be left out)
    // miss: RULE why             should be reported, but is not today
    // false: RULE why            should not be reported, but is today

Several may stand on one line, and one `expect` takes several RULE "substring" pairs. Any other finding, of any rule, fails the
test. A `miss` or `false` that is no longer true fails it as well: the comment is then to be promoted or removed.

Comments at the top of the file:

    // rules: a, b                only findings of these rules count
    // profile: review            runs with --profile review
    // args: -DX -Iinclude        more compiler flags
    // program: whole             the file is all of a program, not a part of one
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

FLAGS = {".c": ["-std=gnu11", "-pthread"], ".cpp": ["-std=c++20", "-pthread"]}
COMMENT = re.compile(r"//\s*(expect|miss|false)(?:@([+-]\d+))?:\s*")
PAIR = re.compile(r'([a-z][a-z0-9-]*)(?:\s+"((?:[^"\\]|\\.)*)")?\s*(?:,\s*)?')
HEADER = re.compile(r"//\s*(rules|profile|args|program):\s*(.*?)\s*$")
TIMEOUT = 120  # seconds


@dataclasses.dataclass
class Claim:
    kind: str  # "expect", "miss" or "false"
    rule: str
    text: str  # substring, or why
    line: int

    def fits(self, finding):
        return finding["rule"] == self.rule and (self.kind != "expect" or self.text in finding["message"])

    def __str__(self):
        return f'{self.rule} "{self.text}"' if self.kind == "expect" else f"{self.rule} ({self.text or 'no reason given'})"


class BadComment(Exception):
    pass


def claims_of_comment(kind, body, line, written_at):
    """The claims of one comment; `body` is what follows the colon, up to the next comment."""
    if kind != "expect":
        rule, _, why = body.strip().partition(" ")
        if not rule or not why.strip():
            raise BadComment(f"line {written_at}: '{kind}:' wants a rule and a reason")
        return [Claim(kind, rule, why.strip(), line)]
    claims, at = [], 0
    body = body.strip()
    while at < len(body):
        pair = PAIR.match(body, at)
        if not pair:
            break
        claims.append(Claim(kind, pair.group(1), re.sub(r"\\(.)", r"\1", pair.group(2) or ""), line))
        at = pair.end()
    if not claims or at < len(body):
        raise BadComment(f"line {written_at}: cannot read '{body[at:]}': expect wants RULE \"substring\"")
    return claims


def claims_of(lines):
    claims = []
    for number, text in enumerate(lines, 1):
        comments = list(COMMENT.finditer(text))
        for comment, after in zip(comments, comments[1:] + [None]):
            body = text[comment.end():after.start() if after else len(text)]
            line = number + int(comment.group(2) or 0)
            claims += claims_of_comment(comment.group(1), body, line, number)
    return claims


def header_of(lines):
    header = {}
    for text in lines:
        if text.strip() and not text.lstrip().startswith("//"):
            break
        match = HEADER.match(text)
        if match:
            header[match.group(1)] = match.group(2)
    return header


def tool_run(command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False)


def reasons(command):
    """What the tool says about its run: only the text format has it."""
    text = tool_run(["text" if word == "json" else word for word in command]).stdout
    return "\n".join(text.rstrip().splitlines()[-4:])


def command_of(arguments, path, header, directory):
    """The command that checks the file; a compile database is made in the directory when it is needed."""
    command = [arguments.tool, "check", "--no-cache", "--format", "json"]
    if "profile" in header:
        command += ["--profile", header["profile"]]
    command += arguments.extra
    flags = FLAGS[path.suffix] + shlex.split(header.get("args", ""))
    if "program" not in header:
        return command + [str(path), "--"] + flags
    if header["program"] != "whole":
        raise BadComment(f"program: '{header['program']}' is not 'whole'")
    entry = {"directory": str(path.parent), "file": str(path), "arguments": ["cc", *flags, "-c", str(path)]}
    database = pathlib.Path(directory) / "compile_commands.json"
    database.write_text(json.dumps([entry]), encoding="utf-8")
    return command + ["--root", str(path.parent), "-p", str(database)]


def findings_of(arguments, path, header):
    with tempfile.TemporaryDirectory() as directory:
        return findings_of_command(command_of(arguments, path, header, directory))


def findings_of_command(command):
    run = tool_run(command)
    # A sanitizer ends a program with 1, which is also the code of "findings".
    if run.returncode not in (0, 1) or "Sanitizer" in run.stderr or "runtime error:" in run.stderr:
        why = run.stderr.strip() or reasons(command)
        raise RuntimeError(f"exit code {run.returncode} of: {shlex.join(command)}\n{why}")
    records = [json.loads(line) for line in run.stdout.splitlines() if line.strip()]
    return [r for r in records if "rule" in r and not r.get("suppressed")]


def unknown_rules(tool, rules):
    """Rules that the tool does not list: a misspelt `miss` would otherwise hold for ever."""
    run = tool_run([tool, "rules", "--format", "json"])
    if run.returncode != 0:
        raise RuntimeError(f"'{tool} rules --format json' failed: {run.stderr.strip()}")
    tree = json.loads(run.stdout)
    known = {rule["id"] for rule in (tree["rules"] if isinstance(tree, dict) else tree)}
    return sorted(set(rules) - known)


def is_same_file(name, path):
    """Names in findings are relative to the project root, which is some parent of the file."""
    return os.path.isabs(name) and os.path.realpath(name) == str(path) or f"/{path}".endswith("/" + os.path.normpath(name))


def assign(claims, findings):
    """Largest matching of claims to findings of one line; returns {index of claim: index of finding}."""
    owner = {}

    def place(claim, seen):
        for at, finding in enumerate(findings):
            if at not in seen and claims[claim].fits(finding):
                seen.add(at)
                if at not in owner or place(owner[at], seen):
                    owner[at] = claim
                    return True
        return False

    for claim in range(len(claims)):
        place(claim, set())
    return {claim: at for at, claim in owner.items()}


def compare_line(claims, findings):
    """Yields what is wrong on one line. Claims that must hold take their findings first; a miss gets what is left."""
    must = [c for c in claims if c.kind != "miss"]
    taken = assign(must, findings)
    for index, claim in enumerate(must):
        if index not in taken:
            same_rule = [f["message"] for at, f in enumerate(findings)
                         if f["rule"] == claim.rule and at not in taken.values()]
            hint = "".join(f"\n    but there is: {message}" for message in same_rule)
            yield (f"not reported: {claim}{hint}" if claim.kind == "expect"
                   else f"no longer reported, remove the 'false:' comment: {claim}")
    rest = [f for at, f in enumerate(findings) if at not in taken.values()]
    misses = [c for c in claims if c.kind == "miss"]
    promoted = assign(misses, rest)
    for index, at in promoted.items():
        yield f"promote me: {misses[index]} is reported now: {rest[at]['message']}"
    for at, finding in enumerate(rest):
        if at not in promoted.values():
            yield f"unexpected: {finding['level']}: {finding['message']} [{finding['rule']}]" + steps_of(finding)


def steps_of(finding):
    return "".join(f"\n    {s.get('file')}:{s.get('line')}: {s.get('message')}" for s in finding.get("steps", []))


def compare(path, claims, findings):
    """All problems as (line, text)."""
    by_line = collections.defaultdict(lambda: ([], []))
    problems = []
    for claim in claims:
        by_line[claim.line][0].append(claim)
    for finding in findings:
        if is_same_file(finding["file"], path):
            by_line[finding["line"]][1].append(finding)
        else:
            problems.append((0, f"unexpected in {finding['file']}:{finding['line']}: {finding['message']} [{finding['rule']}]"))
    for line, (claimed, found) in sorted(by_line.items()):
        problems += [(line, text) for text in compare_line(claimed, found)]
    return problems


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=os.environ.get("THREADLINT", "threadlint"), help="the threadlint binary")
    parser.add_argument("file", type=pathlib.Path, help="a .c or .cpp file")
    own, extra = (argv[:argv.index("--")], argv[argv.index("--") + 1:]) if "--" in argv else (argv, [])
    arguments = parser.parse_args(own)
    arguments.extra = extra
    if arguments.file.suffix not in FLAGS:
        parser.error(f"'{arguments.file}' is neither .c nor .cpp")
    return arguments


def main(argv):
    arguments = parse_arguments(argv)
    path = arguments.file.resolve()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    header = header_of(lines)
    only = set(re.split(r"[,\s]+", header["rules"])) if "rules" in header else None
    try:
        claims = claims_of(lines)
        unproved = [c.rule for c in claims if c.kind == "miss"] + sorted(only or ())
        unknown = unknown_rules(arguments.tool, unproved) if unproved else []
        if unknown:
            raise BadComment(f"no such rule: {', '.join(unknown)}")
        stray = sorted({c.rule for c in claims} - only) if only else []
        if stray:
            raise BadComment(f"not in the 'rules:' comment: {', '.join(stray)}")
        findings = [f for f in findings_of(arguments, path, header) if only is None or f["rule"] in only]
    except (BadComment, RuntimeError, ValueError, OSError, subprocess.TimeoutExpired) as error:
        print(f"{arguments.file}: {error}")
        return 1
    problems = compare(path, claims, findings)
    for line, text in problems:
        print(f"{arguments.file}:{line}: {text}" if line else f"{arguments.file}: {text}")
    count = collections.Counter(c.kind for c in claims)
    print(f"{count['expect']} expected, {len(findings)} found, {count['miss']} known to be missed, "
          f"{count['false']} known to be false, {len(problems)} wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
