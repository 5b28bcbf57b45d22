#!/usr/bin/env python3
"""Reads an HTML report with a parser: every element closed in order, no script, nothing fetched. Prints what is in it."""

import html.parser
import sys

VOID = {"meta", "input"}


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.findings = [], [], []
        self.scripts = self.references = self.rows = self.columns = self.most = 0
        self.policy = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.scripts += tag == "script" or any(name.startswith("on") for name in attrs)
        self.references += any(name in attrs for name in ("src", "href", "data", "action"))
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if tag == "details":
            self.findings.append([attrs["class"].split()[1], ""])
            self.columns = 0
        if attrs.get("class") == "thread":
            self.columns += 1
            self.most = max(self.most, self.columns)
        self.rows += tag == "tr"
        if tag not in VOID:
            self.open.append((tag, attrs.get("class")))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1][1] == "rule":
            self.findings[-1][1] += data


reader = Reader()
reader.feed(open(sys.argv[1], encoding="utf-8").read())
reader.close()
assert not reader.open, reader.open
print("policy", reader.policy)
print(f"scripts {reader.scripts}, references {reader.references}")
for level, rule in reader.findings:
    print("finding", level, rule)
print("threads side by side:", reader.most)
text = "".join(reader.text)
for wanted in ("<script>alert(1)<!--.c:6", "return 1; // </pre></details><script>alert(2)</script>"):
    print("text has" if wanted in text else "text lacks", wanted)
print("table rows:", reader.rows - 2)
