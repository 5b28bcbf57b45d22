#!/usr/bin/env python3
"""Every line of rules/models/*.model fits the headers of this system.

C: a translation unit is generated that asks, for each function a model names, whether the headers declare it with as many parameters, and
whether what the model takes for a pointer, a function or a result is one. C++: each function must be the model that the engine would take
for some function that Inputs/std.cpp calls, with as many parameters. Both are read by `threadlint show facts`, so names and link keys are
those that models are matched by. What is a builtin or a macro is called by Inputs/atomic.c. Models of other libraries: check_libraries.py.
"""

import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

from libraries import LIBRARIES

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent

HEADERS = """aio.h arpa/inet.h assert.h ctype.h dirent.h dlfcn.h err.h errno.h fcntl.h getopt.h grp.h ifaddrs.h inttypes.h limits.h
locale.h math.h mntent.h monetary.h mqueue.h netdb.h net/if.h netinet/in.h poll.h pthread.h pty.h pwd.h sched.h search.h semaphore.h setjmp.h
shadow.h signal.h spawn.h stdio.h stdlib.h string.h strings.h sys/epoll.h sys/eventfd.h sys/file.h sys/inotify.h sys/ioctl.h sys/mman.h
sys/msg.h sys/prctl.h sys/resource.h sys/select.h sys/sem.h sys/sendfile.h sys/shm.h sys/signalfd.h sys/socket.h sys/stat.h sys/statvfs.h
sys/syscall.h sys/time.h sys/timerfd.h sys/times.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h syslog.h termios.h threads.h time.h
uchar.h ucontext.h unistd.h utime.h utmp.h utmpx.h wait.h wchar.h wctype.h crypt.h malloc.h obstack.h""".split()

# Functions that models name and the C library of this system does not declare.
ELSEWHERE = {
    "__pthread_register_cancel": "declared for C without -fexceptions only",
    "__fprintf_chk": "declared with _FORTIFY_SOURCE only",
    "__printf_chk": "declared with _FORTIFY_SOURCE only",
    "__vfprintf_chk": "declared with _FORTIFY_SOURCE only",
    "__vprintf_chk": "declared with _FORTIFY_SOURCE only",
    "bsd_signal": "withdrawn from POSIX",
    "fprintf_s": "C11 annex K",
    "getenv_s": "C11 annex K",
    "gets": "removed in C11",
    "posix_trace_event": "an option of POSIX",
    "printf_s": "C11 annex K",
    "pthread_set_name_np": "BSD",
}
# Models of libraries of which this system has no headers; see libraries.py for those that may be installed.
UNPROVED = {"dpdk", "libdispatch", "linux_kernel", "openmp_regions", "qt"}
# Those that have overloads in C++, where their address alone does not say which is meant.
OVERLOADED = {"at_quick_exit", "memchr", "strchr", "strpbrk", "strrchr", "strstr"}

# Numbers that conditions of models speak of.
CONSTANTS = {"EBUSY": 16, "ETIMEDOUT": 110, "thrd_success": 0, "thrd_busy": 1, "thrd_error": 2, "thrd_nomem": 3, "thrd_timedout": 4,
             "mtx_plain & 1": 0, "mtx_timed & 1": 0, "mtx_recursive & 1": 1, "PTHREAD_MUTEX_NORMAL & 1": 0, "PTHREAD_MUTEX_ERRORCHECK & 1": 0,
             "PTHREAD_MUTEX_RECURSIVE & 1": 1, "PTHREAD_CREATE_JOINABLE": 0, "PTHREAD_CREATE_DETACHED": 1}

PRELUDE = """
#include <cstddef>
#include <tuple>
#include <type_traits>
template <class F> struct shape;
template <class R, class... A> struct shape_of {
    using result = R;
    template <std::size_t N> using argument = std::tuple_element_t<(N < sizeof...(A) ? N : sizeof...(A)), std::tuple<A..., void>>;
    static constexpr std::size_t count = sizeof...(A);
};
template <class R, class... A> struct shape<R (*)(A...)> : shape_of<R, A...> { static constexpr bool variadic = false; };
template <class R, class... A> struct shape<R (*)(A...) noexcept> : shape_of<R, A...> { static constexpr bool variadic = false; };
template <class R, class... A> struct shape<R (*)(A..., ...)> : shape_of<R, A...> { static constexpr bool variadic = true; };
template <class R, class... A> struct shape<R (*)(A..., ...) noexcept> : shape_of<R, A...> { static constexpr bool variadic = true; };
template <class T> constexpr bool is_function_pointer = std::is_function_v<std::remove_pointer_t<T>>;
template <class T> constexpr bool is_code = is_function_pointer<T> || std::is_pointer_v<T>;
"""

Headers = collections.namedtuple("Headers", "names constants elsewhere")
Case = collections.namedtuple("Case", "where name params marks variadic text")
Property = collections.namedtuple("Property", "where name text")
PROPERTY_ARGUMENT = re.compile(r"\b(fills|if_null|action|handler|at_exit) (\d+)")


class Models:
    """What the model files say, line by line."""

    def __init__(self, files):
        self.cases, self.types, self.aliases, self.properties = [], [], [], []
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                line = line.split("#")[0].strip()
                if line and line != "weak":
                    self.read(f"{file.name}:{number}", line)

    def read(self, where, line):
        kind, _, rest = line.partition(" ")
        if kind in ("type", "function", "field"):
            names, text = re.match(r"(.*?)\s:(?:\s+(.*)|$)", rest).groups()
            for name in names.split():
                if kind == "type":
                    self.types.append((where, name))
                elif kind == "function":
                    self.properties.append(Property(where, name, text or ""))
            return
        if kind == "alias":
            new, old = rest.split(" = ")
            self.aliases.append((where, new, old))
            return
        open_paren = line.index("(", line.index("operator") + 8) if "operator()" in line else line.index("(")
        close = line.index(")", open_paren)
        words = [word.strip() for word in line[open_paren + 1:close].split(",") if word.strip()]
        variadic = words[-1:] == ["..."]
        words = words[:-1] if variadic else words
        split = [(word.split(":") + [""])[:2] for word in words]
        params, marks = [p.strip() for p, _ in split], [m.strip() for _, m in split]
        self.cases.append(Case(where, line[:open_paren].strip(), params, marks, variadic, line[close + 1:]))


def is_cxx(name):
    return "::" in name or name.startswith("operator ")


def show_facts(tool, source, flags):
    command = [tool, "show", "facts", "--root", str(source.parent), source.name, "--", *flags]
    run = subprocess.run(command, cwd=source.parent, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}: exit code {run.returncode}\n{run.stderr}")
    return run.stdout


SYMBOL = re.compile(r'^sym (".*?"|\S+) (".*?"|\S+): (.*?) params=(\d+)(.*)$', re.M)
Symbol = collections.namedtuple("Symbol", "key name params is_move")


def symbols(facts):
    for key, name, _, params, flags in SYMBOL.findall(facts):
        yield Symbol(key.strip('"'), name.strip('"'), int(params), "copy_or_move" in flags)


# --- C ---


def questions_of_case(case):
    """What the headers must answer with yes, as conditions over shape S, and what it means when they do not."""
    if case.variadic:
        yield f"S::count <= {len(case.params)}", f"has more than {len(case.params)} parameters"
        yield f"S::variadic || S::count >= {len(case.params)}", "has fewer parameters and is not variadic"
    else:
        yield f"S::count == {len(case.params)}", f"has not {len(case.params)} parameters"
        yield "!S::variadic", "is variadic"
    for i, name in enumerate(case.params):
        argument = f"typename S::template argument<{i}>"
        if re.search(rf"\*{name}\b|\b{name}->|\bfree {name}\b", case.text):
            yield f"std::is_pointer_v<{argument}>", f"parameter {i} is no pointer"
        if re.search(rf"\b(spawn|callback|once) {name}\(", case.text):
            yield f"is_function_pointer<{argument}>", f"parameter {i} is no pointer to a function"
    if re.search(r"->|\bret\b", re.sub(r"\w->", "", case.text)):
        yield "!std::is_void_v<typename S::result>", "has no result"
    if re.search(r"\*ret\b|\bret->|\balloc ret\b", case.text):
        yield "std::is_pointer_v<typename S::result>", "its result is no pointer"


def questions_of_property(prop):
    for word, index in PROPERTY_ARGUMENT.findall(prop.text):
        argument = f"typename S::template argument<{index}>"
        yield f"S::count > {index}", f"has no parameter {index}"
        kind = "is_code" if word in ("handler", "at_exit") else "std::is_pointer_v"
        yield f"S::count <= {index} || {kind}<{argument}>", f"parameter {index} of '{word}' is of another type"


def c_unit(models, headers):
    """Text of the unit; maps its lines to where the model says it."""
    # The attribute is part of a function's type.
    text = ["#define _GNU_SOURCE 1", "#define __noreturn__ __unused__"] + [f"#if __has_include(<{h}>)\n#include <{h}>\n#endif" for h in headers.names] + [PRELUDE]
    lines = "\n".join(text).split("\n")
    origin = {}
    asked = [(c.where, c.name, list(questions_of_case(c))) for c in models.cases if not is_cxx(c.name)]
    asked += [(p.where, p.name, list(questions_of_property(p))) for p in models.properties if is_plain(p)]
    asked += [(p.where, name, []) for p in models.properties for name in re.findall(r"\binstead (\w+)", p.text)]
    for number, (where, name, questions) in enumerate(asked):
        if name in headers.elsewhere:
            continue
        if name in OVERLOADED:
            lines.append(f"using ::{name};")
            origin[len(lines)] = (where, name)
            continue
        asserts = " ".join(f'static_assert({test}, "{failure}");' for test, failure in questions)
        lines.append(f"template <class S> void q{number}() {{ {asserts} }} void u{number}() {{ q{number}<shape<decltype(&(::{name}))>>(); }}")
        origin[len(lines)] = (where, name)
        lines.append(f"void *a{number}() {{ return (void *)(::{name}); }}")
        origin[len(lines)] = (where, name)
    for number, (where, name) in enumerate(models.types):
        if not is_cxx(name):
            lines.append(f"{name} *t{number}; extern {name} v{number}; void *w{number}() {{ return (void *)&v{number}; }}")
            origin[len(lines)] = (where, name)
    for name, value in headers.constants.items():
        lines.append(f'static_assert(({name}) == {value}, "is not {value}");')
        origin[len(lines)] = ("check_models.py", name)
    return "\n".join(lines) + "\n", origin


# `atomic_load` and its like are macros over builtins in C; those are in Inputs/std.cpp. What containers.model names is of C++
# even without a class.
def is_plain(prop):
    return not is_cxx(prop.name) and not prop.where.startswith("containers.model") and not re.search(r"\batomic_(load|store|update|exchange|set|cas|weak_cas)\b", prop.text)


def check_c(tool, models, scratch, headers=Headers(HEADERS, CONSTANTS, ELSEWHERE), flags=()):
    text, origin = c_unit(models, headers)
    source = scratch / "headers.cpp"
    source.write_text(text, encoding="utf-8")
    facts = show_facts(tool, source, ["-std=c++17", "-pthread", *flags])
    problems = []
    for message, line in re.findall(r'^diag \d "(.*)" @(?:".*?":)?(\d+):', facts, re.M):
        where, name = origin.get(int(line), ("headers.cpp:" + line, "?"))
        problems.append(f"{where}: {name}: {message.split(': ')[-1]}")
    known = {s.name: s for s in symbols(facts)}
    for where, name in {(c.where, c.name) for c in models.cases if not is_cxx(c.name)} | {
            (p.where, p.name) for p in models.properties if is_plain(p)}:
        if name not in {*headers.elsewhere, *OVERLOADED} and (name not in known or not re.search(rf"(^|\|)c:@F@{name}(#|$)", known[name].key)):
            problems.append(f"{where}: {name}: threadlint knows it as {known.get(name)}")
    problems += [f"check_models.py: {name}: the headers declare it" for name in headers.elsewhere if name in known]
    for number, (where, name) in enumerate(models.types):
        if not is_cxx(name) and not re.search(rf"^global v{number}: (?:struct |union )?{name}\b", facts, re.M):
            problems.append(f"{where}: type {name}: threadlint sees no such name")
    return problems, len(known)


# --- C++ ---


def fit(case, symbol):
    """How well a model fits a function, as in checker/effect/model.c."""
    score, wants_move = 1, False
    for mark in filter(None, case.marks):
        wants_move = wants_move or mark == "move"
        if not symbol.is_move if mark == "move" else mark not in symbol.key:
            return 0
        score += 4
    if symbol.is_move and not wants_move and len(case.params) > 1:
        return 0
    if symbol.params == len(case.params):
        return score + 2
    if symbol.params < len(case.params) or not case.variadic:
        return 0 if symbol.params > len(case.params) else 1
    return score


# Models of functions that the C++ library of this system has defaulted, so that no call is seen.
DEFAULTED = {("std::scoped_lock::scoped_lock", ("this",))}


STANDARD = [("std.cpp", ["-std=c++20", "-pthread"]), ("atomic.c", ["-std=c11"])]


def check_cxx(tool, models, sources=tuple(STANDARD)):
    """The calls in these files of Inputs, each with its flags."""
    facts = "".join(show_facts(tool, HERE / "Inputs" / source, flags) for source, flags in sources)
    first_source = sources[0][0]
    problems = [f"{first_source}:{line}: {message}" for message, line in re.findall(r'^diag \d "(.*)" @(?:".*?":)?(\d+):', facts, re.M)]
    found = list(symbols(facts))
    names = {s.name for s in found}
    wanted = [c for c in models.cases if is_cxx(c.name)]
    taken = set()
    for symbol in found:
        old = next((old for _, new, old in models.aliases if new == symbol.name), symbol.name)
        fitting = [(fit(c, symbol), c) for c in wanted if c.name == old]
        best = max((score for score, _ in fitting), default=0)
        first = next((c for score, c in fitting if score == best and best), None)
        if first and (symbol.params == len(first.params) or first.variadic):
            taken.add((first.name, tuple(first.params), tuple(first.marks), first.variadic))
    for case in wanted:
        if (case.name, tuple(case.params)) in DEFAULTED:
            continue
        if (case.name, tuple(case.params), tuple(case.marks), case.variadic) not in taken:
            problems.append(f"{case.where}: {case.name}: no function of the headers that {first_source} calls is matched by it")
    for where, new, old in models.aliases:
        if new not in names:
            problems.append(f"{where}: {new}: no function of this name is called by {first_source}")
    for prop in models.properties:
        called = {prop.name, "std::" + prop.name} & names
        if prop.name.endswith("::operator"): # stands for all conversions
            called = any(n.startswith(f"std::{prop.name} ") for n in names)
        if not is_plain(prop) and not called:
            problems.append(f"{prop.where}: {prop.name}: not called by {first_source}")
    records = set(re.findall(r'^record (?:".*?"|\S+) (\S+)', facts, re.M))
    for where, name in models.types:
        if is_cxx(name) and name not in records:
            problems.append(f"{where}: type {name}: threadlint sees no such name")
    return problems, len(found)


def main():
    libraries = UNPROVED | {library.model for library in LIBRARIES.values()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True, help="the threadlint binary")
    parser.add_argument("files", nargs="*", type=pathlib.Path, 
                        default=sorted(p for p in (ROOT / "rules" / "models").glob("*.model") if p.stem not in libraries))
    args = parser.parse_args()
    args.tool = str(pathlib.Path(args.tool).resolve())
    models = Models(args.files)
    with tempfile.TemporaryDirectory() as scratch:
        problems, c_functions = check_c(args.tool, models, pathlib.Path(scratch))
    cxx_problems, cxx_functions = check_cxx(args.tool, models)
    problems += cxx_problems
    print("\n".join(sorted(set(problems))))
    print(f"{len(models.cases)} cases, {len(models.properties)} properties, {len(models.types)} types against {c_functions} functions of C and "
          f"{cxx_functions} of C++: {len(set(problems))} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
