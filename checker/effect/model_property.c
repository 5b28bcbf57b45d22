// Properties of library functions in model files: what may be called from a signal handler, what
// shares hidden state, what installs handlers. The notation is in docs/models.md.
#include "checker/effect/model_parse.h"

struct property {
    const char *name;
    uint32_t flag;
    struct str *(*text)(struct model_function *x); // a name follows
    int8_t *(*arg)(struct model_function *x);      // the number of an argument follows
};

static int8_t *null_arg(struct model_function *x) {
    return &x->null_arg;
}

static int8_t *fills_arg(struct model_function *x) {
    return &x->fills_arg;
}

// The last one named; all are kept as bits.
static int8_t *read_arg(struct model_function *x) {
    return &x->read_arg;
}

static int8_t *handler_arg(struct model_function *x) {
    return &x->handler_arg;
}

static int8_t *action_arg(struct model_function *x) {
    return &x->action_arg;
}

static int8_t *exit_arg(struct model_function *x) {
    return &x->exit_arg;
}

static int8_t *path_arg(struct model_function *x) {
    return &x->path_arg;
}

static int8_t *cancels_arg(struct model_function *x) {
    return &x->cancels_arg;
}

static int8_t *interrupts_arg(struct model_function *x) {
    return &x->interrupts_arg;
}

static int8_t *worker_arg(struct model_function *x) {
    return &x->worker_arg;
}

static struct str *state(struct model_function *x) {
    return &x->state;
}

static struct str *instead(struct model_function *x) {
    return &x->instead;
}

static const struct property table[] = {
    {"signal_safe",     FN_SIGNAL_SAFE,                            NULL,    NULL          },
    {"signal_unsafe",   FN_SIGNAL_UNSAFE,                          NULL,    NULL          },
    {"signal_doubtful", FN_SIGNAL_DOUBTFUL,                        NULL,    NULL          },
    {"mt_unsafe",       FN_MT_UNSAFE,                              state,   NULL          },
    {"mt_reads",        FN_MT_READS,                               state,   NULL          },
    {"mt_guarded",      FN_MT_GUARDED,                             state,   NULL          },
    {"atomic_load",     FN_ATOMIC_LOAD,                            NULL,    NULL          },
    {"atomic_store",    FN_ATOMIC_STORE,                           NULL,    NULL          },
    {"atomic_update",   FN_ATOMIC_UPDATE,                          NULL,    NULL          },
    {"atomic_cas",      FN_ATOMIC_CAS,                             NULL,    NULL          },
    {"atomic_weak_cas", FN_ATOMIC_CAS | FN_ATOMIC_WEAK_CAS,        NULL,    NULL          },
    {"atomic_exchange", FN_ATOMIC_UPDATE | FN_ATOMIC_EXCHANGE,     NULL,    NULL          },
    {"atomic_set",      FN_ATOMIC_UPDATE | FN_ATOMIC_TEST_AND_SET, NULL,    NULL          },
    {"atomic_legacy",   FN_ATOMIC_LEGACY,                          NULL,    NULL          },
    {"names_thread",    FN_NAMES_THREAD,                           NULL,    NULL          },
    {"masks_signals",   FN_MASKS_SIGNALS,                          NULL,    NULL          },
    {"forks",           FN_FORKS,                                  NULL,    NULL          },
    {"execs",           FN_EXECS,                                  NULL,    NULL          },
    {"key_get",         FN_KEY_GET,                                NULL,    NULL          },
    {"key_set",         FN_KEY_SET,                                NULL,    NULL          },
    {"copies",          FN_COPIES,                                 NULL,    NULL          },
    {"asks_of_file",    FN_FILE_ASKS,                              NULL,    NULL          },
    {"asks_of_path",    FN_PATH_ASKS,                              NULL,    path_arg      },
    {"opens_path",      FN_PATH_OPENS,                             NULL,    path_arg      },
    {"alters_path",     FN_PATH_ALTERS,                            NULL,    path_arg      },
    {"wakes",           FN_WAKES,                                  NULL,    NULL          },
    {"cancel_state",    FN_CANCEL_STATE,                           NULL,    NULL          },
    {"cancel_type",     FN_CANCEL_TYPE,                            NULL,    NULL          },
    {"cancel_cleanup",  FN_CANCEL_CLEANUP,                         NULL,    NULL          },
    {"ends_thread",     FN_ENDS_THREAD,                            NULL,    NULL          },
    {"kills_thread",    FN_KILLS_THREAD,                           NULL,    NULL          },
    {"cancels",         0,                                         NULL,    cancels_arg   },
    {"interrupts",      0,                                         NULL,    interrupts_arg},
    {"instead",         0,                                         instead, NULL          },
    {"if_null",         0,                                         NULL,    null_arg      },
    {"fills",           0,                                         NULL,    fills_arg     },
    {"reads",           0,                                         NULL,    read_arg      },
    {"handler",         0,                                         NULL,    handler_arg   },
    {"action",          0,                                         NULL,    action_arg    },
    {"at_exit",         0,                                         NULL,    exit_arg      },
    {"worker",          0,                                         NULL,    worker_arg    },
};

struct role {
    const char *name;
    uint32_t role;
};

static const struct role roles[] = {
    {"adds",       ROLE_ADDS      },
    {"removes",    ROLE_REMOVES   },
    {"awaits",     ROLE_AWAITS    },
    {"counts",     ROLE_COUNTS    },
    {"fulfils",    ROLE_FULFILS   },
    {"receives",   ROLE_RECEIVES  },
    {"makes_pipe", ROLE_MAKES_PIPE},
    {"connects",   ROLE_CONNECTS  },
    {"parses",     ROLE_PARSES    },
};

static struct str next_word(struct str *rest) {
    struct str w = str_cut(rest, ' ');
    *rest = str_trim(*rest);
    return w;
}

bool model_parse_property(struct str *rest, struct str where, struct model_function *out,
                          struct error *err) {
    struct str word = next_word(rest);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (str_eq(word, str_from(roles[i].name))) {
            out->roles |= roles[i].role;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!str_eq(word, str_from(table[i].name))) {
            continue;
        }
        out->flags |= table[i].flag;
        if (table[i].text) {
            struct str name = next_word(rest);
            *table[i].text(out) = name;
            return name.len != 0 || error_set(err, STR_FMT ": expected a name after '%s'",
                                              STR_ARG(where), table[i].name);
        }
        int64_t number = 0;
        if (!table[i].arg) {
            return true;
        }
        if (!str_to_i64(next_word(rest), &number) || number < 0 || number >= MODEL_MAX_PARAMS) {
            return error_set(err, STR_FMT ": expected the number of an argument after '%s'",
                             STR_ARG(where), table[i].name);
        }
        *table[i].arg(out) = (int8_t)number;
        out->reads |= table[i].arg == read_arg ? 1U << number : 0;
        return true;
    }
    return error_set(err, STR_FMT ": unknown property '" STR_FMT "'", STR_ARG(where),
                     STR_ARG(word));
}
