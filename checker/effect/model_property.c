// Properties of library functions in model files: what may be called from a signal handler, what shares hidden state, what
// installs handlers. The notation is in docs/models.md.
#include "checker/effect/model_parse.h"

struct property {
    const char *name;
    uint32_t flag;
    bool has_state;     // a name follows
    int8_t *(*arg)(struct model_function *x); // the number of an argument follows
};

static int8_t *null_arg(struct model_function *x) {
    return &x->null_arg;
}

static int8_t *fills_arg(struct model_function *x) {
    return &x->fills_arg;
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

static const struct property table[] = {
    {"signal_safe", FN_SIGNAL_SAFE, false, NULL},
    {"signal_unsafe", FN_SIGNAL_UNSAFE, false, NULL},
    {"signal_doubtful", FN_SIGNAL_DOUBTFUL, false, NULL},
    {"mt_unsafe", FN_MT_UNSAFE, true, NULL},
    {"mt_reads", FN_MT_READS, true, NULL},
    {"mt_guarded", FN_MT_GUARDED, true, NULL},
    {"if_null", 0, false, null_arg},
    {"fills", 0, false, fills_arg},
    {"handler", 0, false, handler_arg},
    {"action", 0, false, action_arg},
    {"at_exit", 0, false, exit_arg},
};

static struct str next_word(struct str *rest) {
    struct str w = str_cut(rest, ' ');
    *rest = str_trim(*rest);
    return w;
}

bool model_parse_property(struct str *rest, struct str where, struct model_function *out, struct error *err) {
    struct str word = next_word(rest);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!str_eq(word, str_from(table[i].name))) {
            continue;
        }
        out->flags |= table[i].flag;
        if (table[i].has_state) {
            out->state = next_word(rest);
            return out->state.len != 0 || error_set(err, STR_FMT ": expected the name of a state after '%s'",
                                                    STR_ARG(where), table[i].name);
        }
        int64_t number = 0;
        if (!table[i].arg) {
            return true;
        }
        if (!str_to_i64(next_word(rest), &number) || number < 0 || number >= MODEL_MAX_PARAMS) {
            return error_set(err, STR_FMT ": expected the number of an argument after '%s'", STR_ARG(where), table[i].name);
        }
        *table[i].arg(out) = (int8_t)number;
        return true;
    }
    return error_set(err, STR_FMT ": unknown property '" STR_FMT "'", STR_ARG(where), STR_ARG(word));
}
