"""project.py DIR N [NAME]: a project of N sources with one header for all and one for every second of them.

NAME is put into directory and file names (it may hold anything a path may hold).
"""

import json
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
count = int(sys.argv[2])
name = sys.argv[3] if len(sys.argv) > 3 else ""
source = root / f"src{name}"
source.mkdir(parents=True, exist_ok=True)
(root / "build").mkdir(exist_ok=True)
(root / ".threadlint.json").write_text("{}\n")
(source / "all.h").write_text("#include <pthread.h>\nextern pthread_mutex_t mu;\n")
(source / "odd.h").write_text("static inline int odd(void) { return 1; }\n")
commands = []
for i in range(count):
    path = source / f"f{i}{name}.c"
    path.write_text(
        '#include "all.h"\n' + ('#include "odd.h"\n' if i % 2 else "\n") + ("pthread_mutex_t mu;\n" if i == 0 else "\n")
        + f"int work{i}(int x) {{\n    pthread_mutex_lock(&mu);\n    if (x == {i}) {{\n        return 1;\n    }}\n"
        + "    pthread_mutex_unlock(&mu);\n    return 0;\n}\n")
    commands.append({"directory": str(root / "build"), "arguments": ["cc", "-c", str(path)], "file": str(path)})
(root / "build" / "compile_commands.json").write_text(json.dumps(commands))
