"""shared.py DIR: a project whose sources begin with the same headers, large enough to be worth a precompiled one.

Some headers have no guard, one is included twice, macros make declarations in them, some sources begin with comments or in
another manner, and one has an error.
"""

import json
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
(root / "src").mkdir(parents=True, exist_ok=True)
(root / ".threadlint.json").write_text("{}\n")
(root / "src" / "all.h").write_text(
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <pthread.h>\n#include <math.h>\n#include <signal.h>\n"
    "#include <unistd.h>\n#include <time.h>\n#include <errno.h>\n#include <sys/socket.h>\n"
    "typedef struct { int n; pthread_mutex_t mu; } queue;\nstruct pair { int a; struct { int b; } in; };\n"
    "extern queue *jobs;\nstatic int counter;\n"
    "static inline void enter(queue *q) { pthread_mutex_lock(&q->mu); q->n++; }\n"
    "static inline void leave(queue *q) { pthread_mutex_unlock(&q->mu); }\n"
    "static inline void done(queue **q) { leave(*q); }\n")
(root / "src" / "twice.h").write_text(
    "#ifndef TWICE\n#define TWICE\n#include \"twice.h\"\nstruct twice { int x; };\nextern struct twice only;\n#endif\n")
(root / "src" / "hidden.h").write_text(
    "#define CHECK(x) extern char checked[(x) ? 1 : -1]\nCHECK(sizeof(int) == 4);\nCHECK(sizeof(char) == 1);\n")
KINDS = {"hidden": (3, 7, 8, 10), "twice": (2, 4, 6, 11)}
commands = []
for i in range(12):
    start = ['#include "all.h"\n', '// first\n#include "all.h" /* all */\n#include <limits.h>\n'][i % 2]
    for kind, those in KINDS.items():
        if i in those:
            start = f'/* a\n * b */\n#include "all.h"\n#include "{kind}.h"\n'
    use = "    queue *q __attribute__((cleanup(done))) = jobs;\n" if i == 5 else "    queue *q = jobs;\n"
    text = start + f"\nint work{i}(int x) {{\n{use}    enter(q);\n    if (x == {i} + counter) {{\n        return jobs->n;\n    }}\n"
    text += ("    leave(q);\n" if i != 5 else "") + "    return 0;\n}\n" + ("queue *jobs;\n" if i == 0 else "")
    text += "int broken(void) { return missing; }\n" if i == 9 else ""
    path = root / "src" / f"f{i}.c"
    path.write_text(text)
    commands.append({"directory": str(root), "arguments": ["cc", "-c", str(path)], "file": str(path)})
for name, those in {"build": range(12), **KINDS}.items():
    (root / name).mkdir(exist_ok=True)
    (root / name / "compile_commands.json").write_text(json.dumps([commands[i] for i in those]))
