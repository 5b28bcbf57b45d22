#include "checker/front/args_private.h"

#include <string.h>

// What a compiler was told to do, seen from outside: is it a compilation, and of what?

// Flags that args.c treats by hand, whose value is the next argument.
static bool has_operand(const char *arg) {
    static const char *const flags[] = {"-include",       "--include", "-imacros",
                                        "-Xpreprocessor", "-Xclang",   "-working-directory"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(arg, flags[i]) == 0) {
            return true;
        }
    }
    return args_flag_rule(arg, false).operands > 0;
}

// Preprocessing and making of dependencies: nothing is compiled, so nothing is there to check.
static bool is_other_job(const char *arg) {
    return strcmp(arg, "-E") == 0 || strcmp(arg, "-M") == 0 || strcmp(arg, "-MM") == 0;
}

const char *args_compiled_source(const char *const *args, uint32_t count) {
    uint32_t at = 0;
    const char *source = NULL;
    bool compiles = false;
    struct error err = {0};
    if (!args_peel(args, count, &at, &err)) {
        return NULL;
    }
    for (uint32_t i = at + 1; i < count; i++) {
        const char *arg = args[i];
        if (arg[0] == '-' && arg[1]) {
            compiles = compiles || strcmp(arg, "-c") == 0;
            if (is_other_job(arg)) {
                return NULL;
            }
            i += has_operand(arg);
        } else if (args_file_language(str_from(arg)) != ARGS_NO_C) {
            if (source) {
                return NULL; // several: they are compiled one by one, with output names we do not
                             // know
            }
            source = arg;
        }
    }
    return compiles ? source : NULL;
}
