// Command lines of real builds -> arguments libclang accepts: shell unquoting, @response files,
// output, dependency, plugin and gcc-only flags dropped, wrappers (ccache, distcc, sccache,
// libtool) peeled, driver and target kept. Runs nothing; the only files read are response files.
#ifndef CHECKER_FRONT_ARGS_H
#define CHECKER_FRONT_ARGS_H

#include "checker/base/err.h"
#include "checker/front/front.h"

enum args_limit {
    ARGS_MAX = 1 << 20,             // arguments of one command, after expansion
    ARGS_WORD_BYTES = 1 << 20,      // of one argument
    ARGS_RESPONSE_DEPTH = 8,        // response files naming response files
    ARGS_RESPONSE_FILES = 1024,     // read for one command
    ARGS_RESPONSE_BYTES = 64 << 20, // all response files of one command together
};

enum args_language { ARGS_NO_C, ARGS_C, ARGS_CXX };

// What becomes of one flag. `operands` is 1 when its value is the next argument.
struct args_flag {
    bool keep;
    uint32_t operands;
};

/// Splits a POSIX shell command line (quotes, backslashes). Arguments live in `arena`.
bool args_split(struct arena *arena, struct str command, const char ***ret_args,
                uint32_t *ret_count, struct error *err);
/// Cleans `args` of a command run in `directory` for `file`, in place of a new array in `arena`,
/// which may point to the texts of `args`. Adds what the parser needs: -w, -ferror-limit=0,
/// --target of cross compilers' names (arm-none-eabi-gcc), -working-directory. `origin` is left to
/// the caller. Nothing that is kept writes, prints, or loads code. Arguments for cl end with `--`:
/// add more only before it.
bool args_normalize(struct arena *arena, struct str directory, struct str file,
                    const char *const *args, uint32_t count, struct compile_cmd *ret_cmd,
                    struct error *err);
/// Language of a file by its extension, as compilers see it; ARGS_NO_C for assembler, CUDA,
/// Objective-C, unknown.
enum args_language args_file_language(struct str file);
/// The same for a whole normalised command: its last -x wins.
enum args_language args_cmd_language(const struct compile_cmd *cmd);

/// The one C or C++ source that this command of a compiler (behind wrappers, if any) compiles with
/// -c; NULL when it does something else. An item of `args`.
const char *args_compiled_source(const char *const *args, uint32_t count);

/// Rule for one flag (args_flags.c). `cl`: the command line of cl.exe or clang-cl. Used by args.c
/// only.
struct args_flag args_flag_rule(const char *arg, bool cl);
/// True when libclang knows `value` of -std= for C or, `cxx`, for C++.
bool args_is_standard(const char *value, bool cxx);

#endif
