// What args.c shares with args_driver.c: the compiler of a command and what its name says.
#ifndef CHECKER_FRONT_ARGS_PRIVATE_H
#define CHECKER_FRONT_ARGS_PRIVATE_H

#include "checker/front/args.h"

enum args_mode { ARGS_GCC, ARGS_GXX, ARGS_CL };

struct args_driver {
    const char *program; // args[0]: as written when it is a bare name, else absolute
    struct str target;   // of a cross compiler's name; empty when it has none
    enum args_mode mode;
    bool needs_mode;  // C++, and libclang would not see it by the name
    bool unknown_cpu; // its target is none of libclang's: -m flags mean nothing
    bool
        own_directory; // outside /usr: its directory may hold a configuration file that clang reads
};

/// Index of the compiler in `args`, behind wrappers (ccache, env, libtool, ...) and assignments.
/// Fails when there is none, and on scripts (`sh -c`, `cd x && ...`): they are never run, so their
/// compiler is unknown.
bool args_peel(const char *const *args, uint32_t count, uint32_t *ret_at, struct error *err);
/// Judges the compiler at args[*at] and moves *at to its first argument.
struct args_driver args_read_driver(struct arena *arena, struct str directory,
                                    const char *const *args, uint32_t count, uint32_t *at);
/// Language a .c file has by the compiler's name alone; ARGS_NO_C for nvcc, windres and the like.
enum args_language args_program_language(const char *program);
/// True for cl.exe and clang-cl, versions included.
bool args_is_cl(const char *program);

#endif
