#!/usr/bin/env python3
"""Every line of the models of a library fits the headers of that library: names, numbers of parameters, pointers, results.

    check_libraries.py --tool THREADLINT LIBRARY

As check_models.py does it for the C and C++ libraries; libraries.py tells which headers.
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile

import check_models
import libraries


def include_flags(library, root, scratch):
    if library.copied:
        shutil.copy(root / library.copied, scratch)
        return ["-isystem", str(scratch)]
    flags = ["-isystem", str(root)] if root not in libraries.INCLUDE else []
    pc = [f"/usr/lib/{m}/{d}/include" for m in ("x86_64-linux-gnu", "aarch64-linux-gnu") for d in library.directories]
    return flags + [f for d in pc if pathlib.Path(d).is_dir() for f in ("-isystem", d)]


def check_plain(tool, models, library, flags, scratch):
    """In C: each function is declared, with as many parameters."""
    names = sorted({c.name for c in models.cases} | {p.name for p in models.properties})
    lines = [f"#include <{h}>" for h in library.headers] + [f"void *a{i}(void) {{ return (void *){n}; }}" for i, n in enumerate(names)]
    source = scratch / "plain.c"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    facts = check_models.show_facts(tool, source, flags)
    known = {s.name: s for s in check_models.symbols(facts)}
    problems = [f"{c.where}: {c.name}: has {known[c.name].params} parameters" for c in models.cases
                if c.name in known and (known[c.name].params < len(c.params) if c.variadic else known[c.name].params != len(c.params))]
    problems += [f"{x.where}: {x.name}: is not declared" for x in models.cases + models.properties if x.name not in known]
    for prop in models.properties:
        for index in re.findall(r"\b(?:worker|fills|handler) (\d+)", prop.text):
            if prop.name in known and int(index) >= known[prop.name].params:
                problems.append(f"{prop.where}: {prop.name}: has no parameter {index}")
    return problems, len(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True, help="the threadlint binary")
    parser.add_argument("library", choices=sorted(libraries.LIBRARIES))
    args = parser.parse_args()
    library = libraries.LIBRARIES[args.library]
    root = libraries.where(library)
    if not root:
        print(f"unsupported: {args.library}: no {library.headers[0]}; install Debian's {library.package}")
        return 2
    tool = str(pathlib.Path(args.tool).resolve())
    models = check_models.Models([check_models.ROOT / "rules" / "models" / f"{library.model}.model"])
    models.cases = [c for c in models.cases if c.name not in library.elsewhere]
    models.properties = [p for p in models.properties if p.name not in library.elsewhere]
    models.types = [t for t in models.types if t[1] not in library.elsewhere]
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        flags = [*library.flags, *include_flags(library, root, scratch)]
        if library.plain:
            problems, count = check_plain(tool, models, library, flags, scratch)
        elif library.calls:
            problems, count = check_models.check_cxx(tool, models, [(library.calls, ["-std=c++17", "-pthread", *flags])])
        else:
            headers = check_models.Headers(library.headers, constants={}, elsewhere={})
            problems, count = check_models.check_c(tool, models, scratch, headers, flags)
    print("\n".join(sorted(set(problems))))
    print(f"{args.library}: {len(models.cases)} cases, {len(models.properties)} properties, {len(models.types)} types against {count} functions: "
          f"{len(set(problems))} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
