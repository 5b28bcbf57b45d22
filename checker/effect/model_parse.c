// Recursive-descent reader of one model line. The notation is in docs/models.md.
#include "checker/effect/model_parse.h"

#include "checker/ir/ir.h"

#include <ctype.h>
#include <stdlib.h>

struct reader {
    struct expr_table *t;
    struct arena *arena;
    struct str line;
    struct str where;
    size_t at;
    const struct summary *head;
    struct error *err;
    unsigned depth;
};

static bool fail(struct reader *r, const char *expected) {
    struct str rest = str_slice(r->line, r->at, r->at + 24);
    return error_set(r->err, STR_FMT ": expected %s before '" STR_FMT "'", STR_ARG(r->where),
                     expected, STR_ARG(rest));
}

static void skip_blanks(struct reader *r) {
    while (r->at < r->line.len && isspace((unsigned char)r->line.ptr[r->at])) {
        r->at++;
    }
}

static bool peek(struct reader *r, const char *text) {
    skip_blanks(r);
    struct str t = str_from(text);
    return str_eq(str_slice(r->line, r->at, r->at + t.len), t);
}

static bool accept(struct reader *r, const char *text) {
    if (!peek(r, text)) {
        return false;
    }
    r->at += strlen(text);
    return true;
}

static bool is_name_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

// Identifier, possibly empty.
static struct str word(struct reader *r) {
    skip_blanks(r);
    size_t from = r->at;
    while (r->at < r->line.len && is_name_char(r->line.ptr[r->at])) {
        r->at++;
    }
    return str_slice(r->line, from, r->at);
}

static bool accept_word(struct reader *r, const char *text) {
    size_t before = r->at;
    if (str_eq(word(r), str_from(text))) {
        return true;
    }
    r->at = before;
    return false;
}

static bool number(struct reader *r, int64_t *ret_value) {
    skip_blanks(r);
    size_t from = r->at;
    if (r->at < r->line.len && r->line.ptr[r->at] == '-') {
        r->at++;
    }
    while (r->at < r->line.len && isdigit((unsigned char)r->line.ptr[r->at])) {
        r->at++;
    }
    return str_to_i64(str_slice(r->line, from, r->at), ret_value);
}

static bool unary(struct reader *r, expr_id *ret);

// The link key of a C variable with external linkage is its USR.
static expr_id global_variable(struct reader *r, struct str name) {
    struct buf key;
    buf_init(&key, 200);
    buf_addf(&key, "c:@" STR_FMT, STR_ARG(name));
    expr_id e = expr_global(r->t, buf_str(&key), name);
    buf_release(&key);
    return e;
}

static bool primary(struct reader *r, expr_id *ret) {
    if (accept(r, "(")) {
        return unary(r, ret) && (accept(r, ")") || fail(r, "')'"));
    }
    skip_blanks(r);
    char c = r->at < r->line.len ? r->line.ptr[r->at] : 0;
    if (isdigit((unsigned char)c) || c == '-') {
        int64_t n = 0;
        if (!number(r, &n)) {
            return fail(r, "a number");
        }
        *ret = expr_const(r->t, n);
        return true;
    }
    if (accept(r, "@")) { // a global variable of C
        struct str name = word(r);
        *ret = global_variable(r, name);
        return name.len != 0 || fail(r, "the name of a global variable");
    }
    size_t before = r->at;
    struct str w = word(r);
    if (str_eq(w, STR("ret"))) {
        *ret = expr_ret(r->t);
        return true;
    }
    if (str_eq(w, STR("self"))) { // the calling thread
        *ret = expr_str(r->t, STR("$self"));
        return true;
    }
    for (uint32_t i = 0; w.len && i < r->head->param_count; i++) {
        if (str_eq(w, r->head->params[i])) {
            *ret = expr_param(r->t, i);
            return true;
        }
    }
    r->at = before;
    return fail(r, "a parameter name, 'ret' or a number");
}

// A value as it stands: a location's content.
static expr_id as_value(struct reader *r, expr_id e) {
    return expr_is_location(r->t, e) ? expr_load(r->t, e) : e;
}

static bool postfix(struct reader *r, expr_id *ret) {
    if (!primary(r, ret)) {
        return false;
    }
    for (;;) {
        bool arrow = accept(r, "->$") || accept(r, "->");
        if (arrow && r->line.ptr[r->at - 1] == '$') {
            r->at--;
        }
        if (!arrow && !peek(r, "...") && accept(r, ".")) {
            struct str name = word(r);
            *ret = expr_field(r->t, *ret, name, STR(""));
            continue;
        }
        if (!arrow) {
            return true;
        }
        struct str name = word(r);
        if (!name.len) {
            return fail(r, "a field name");
        }
        *ret = expr_field(r->t, expr_deref(r->t, as_value(r, *ret)), name, STR(""));
    }
}

static bool unary(struct reader *r, expr_id *ret) {
    if (++r->depth > 32) {
        return fail(r, "a shorter expression");
    }
    bool ok = false;
    if (accept(r, "*")) {
        ok = unary(r, ret);
        if (ok) {
            *ret = expr_deref(r->t, as_value(r, *ret));
        }
    } else if (accept(r, "&")) {
        ok = unary(r, ret);
        if (ok && !expr_is_location(r->t, *ret)) {
            ok = fail(r, "a place after '&'");
        } else if (ok) {
            *ret = expr_addr(r->t, *ret);
        }
    } else {
        ok = postfix(r, ret);
    }
    r->depth--;
    return ok;
}

static bool value(struct reader *r, expr_id *ret) {
    if (!unary(r, ret)) {
        return false;
    }
    *ret = as_value(r, *ret);
    return true;
}

static bool location(struct reader *r, expr_id *ret) {
    if (!unary(r, ret)) {
        return false;
    }
    return expr_is_location(r->t, *ret) || fail(r, "a place such as '*m' or 'p->f'");
}

// Comparison operator; "!" alone means "!=", nothing means "==".
static uint8_t comparison(struct reader *r) {
    static const struct {
        const char *text;
        uint8_t cmp;
    } table[] = {
        {"==", OPR_EQ},
        {"!=", OPR_NE},
        {"<=", OPR_LE},
        {">=", OPR_GE},
        {"<",  OPR_LT},
        {">",  OPR_GT},
        {"!",  OPR_NE}
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (accept(r, table[i].text)) {
            return table[i].cmp;
        }
    }
    return OPR_EQ;
}

typedef VEC(struct constraint) constraint_vec;
typedef VEC(struct effect) effect_vec;

static bool conditions(struct reader *r, constraint_vec *out) {
    bool arrow = accept(r, "->");
    if (!arrow && !accept_word(r, "when")) {
        return true;
    }
    do {
        struct constraint c = {.e = expr_ret(r->t)};
        bool bare =
            arrow && (peek(r, "!") || peek(r, "<") || peek(r, ">") || peek(r, "=") ||
                      peek(r, "-") || (skip_blanks(r), isdigit((unsigned char)r->line.ptr[r->at])));
        if (!bare && !value(r, &c.e)) {
            return false;
        }
        c.cmp = comparison(r);
        if (!number(r, &c.num)) {
            return fail(r, "a number");
        }
        vec_push(r->arena, out, c);
        if (accept_word(r, "when")) {
            arrow = false;
            continue;
        }
        if (!accept_word(r, "and")) {
            return true;
        }
    } while (true);
}

static uint16_t modifiers(struct reader *r) {
    static const struct {
        const char *text;
        uint16_t bit;
    } table[] = {
        {"shared",    EF_SHARED   },
        {"any",       EF_ANY_MODE },
        {"recursive", EF_RECURSIVE},
        {"ownerless", EF_OWNERLESS},
        {"predicate", EF_PREDICATE},
        {"timed",     EF_TIMED    },
        {"maybe",     EF_MAYBE    },
        {"orderly",   EF_ORDERLY  },
        {"once",      EF_ONCE     }
    };
    uint16_t flags = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table;) {
        if (accept_word(r, table[i].text)) {
            flags |= table[i].bit;
            i = 0;
        } else {
            i++;
        }
    }
    return flags;
}

static bool call_operands(struct reader *r, struct effect *e) {
    if (!value(r, &e->a) || !(accept(r, "(") || fail(r, "'('"))) {
        return false;
    }
    if (!peek(r, ")") && !accept(r, "...") && !value(r, &e->b)) {
        return false;
    }
    accept(r, "...");
    return accept(r, ")") || fail(r, "')'");
}

static bool spawn(struct reader *r, struct effect *e) {
    if (!call_operands(r, e)) {
        return false;
    }
    if (accept_word(r, "as") && !location(r, &e->c)) {
        return false;
    }
    return !accept_word(r, "detached") || value(r, &e->d);
}

static bool optional_value(struct reader *r, expr_id *ret) {
    skip_blanks(r);
    if (r->at >= r->line.len || r->line.ptr[r->at] == ',') {
        return true;
    }
    return value(r, ret);
}

static bool operands(struct reader *r, struct effect *e) {
    switch (e->kind) {
    case EFFECT_SPAWN:
        return spawn(r, e);
    case EFFECT_CALLBACK:
        return call_operands(r, e);
    case EFFECT_SET:
        return location(r, &e->a) && (accept(r, "=") || fail(r, "'='")) && value(r, &e->b);
    case EFFECT_LOCK_INIT:
        return location(r, &e->a) && (!accept_word(r, "kind") || value(r, &e->b));
    case EFFECT_WAIT:
        return location(r, &e->a) && location(r, &e->b);
    case EFFECT_ACQUIRE:
    case EFFECT_RELEASE:
    case EFFECT_LOCKS:
    case EFFECT_SIGNAL:
    case EFFECT_LOCK_DESTROY:
    case EFFECT_JOIN_OWNER:
        return location(r, &e->a) && optional_value(r, &e->b);
    case EFFECT_JOIN:
    case EFFECT_DETACH:
    case EFFECT_OPEN:
    case EFFECT_CLOSE:
    case EFFECT_USE:
    case EFFECT_FREE:
    case EFFECT_RETURN:
    case EFFECT_ESCAPE:
        return value(r, &e->a);
    case EFFECT_ALLOC:
        return value(r, &e->a) && optional_value(r, &e->b);
    case EFFECT_SLEEP:
        return optional_value(r, &e->a) && optional_value(r, &e->b);
    case EFFECT_BLOCK:
        return optional_value(r, &e->a);
    case EFFECT_NONE:
    case EFFECT_ACCEPT:
    case EFFECT_NORETURN:
    case EFFECT_KIND_COUNT:
    default:
        return true;
    }
}

static bool effects(struct reader *r, effect_vec *out) {
    skip_blanks(r);
    while (r->at < r->line.len) {
        struct effect e = {0};
        struct str name = word(r);
        for (unsigned k = 1; k < EFFECT_KIND_COUNT; k++) {
            if (str_eq(name, str_from(effect_name((enum effect_kind)k)))) {
                e.kind = (uint8_t)k;
            }
        }
        if (e.kind == EFFECT_NONE) {
            r->at -= name.len;
            return fail(r, "an effect such as 'acquire' or 'spawn'");
        }
        e.flags = modifiers(r);
        if (!operands(r, &e)) {
            return false;
        }
        vec_push(r->arena, out, e);
        skip_blanks(r);
        if (r->at < r->line.len && !accept(r, ",")) {
            return fail(r, "',' or the end of the line");
        }
        skip_blanks(r);
    }
    return true;
}

static bool parameters(struct reader *r, struct summary *head) {
    if (!accept(r, "(")) {
        return fail(r, "'('");
    }
    while (!accept(r, ")")) {
        if (accept(r, "...")) {
            head->variadic = true;
        } else if (head->param_count == MODEL_MAX_PARAMS) {
            return fail(r, "at most 12 parameters");
        } else {
            struct str name = word(r);
            if (!name.len) {
                return fail(r, "a parameter name");
            }
            head->params[head->param_count] = name;
            if (accept(r, ":")) {
                head->param_marks[head->param_count] = word(r);
            }
            head->param_count++;
        }
        if (!peek(r, ")") && !accept(r, ",")) {
            return fail(r, "',' or ')'");
        }
    }
    return true;
}

// Qualified name up to the parameter list: "std::thread::operator=", "std::thread::~thread".
static struct str function_name(struct reader *r) {
    skip_blanks(r);
    size_t open = str_find_char(r->line, '(', r->at);
    struct str rest = str_slice(r->line, r->at, open == SIZE_MAX ? r->line.len : open);
    if (str_ends(rest, STR("operator"))) { // operator()
        size_t second = str_find_char(r->line, '(', open + 1);
        rest = str_slice(r->line, r->at, second == SIZE_MAX ? r->line.len : second);
    }
    r->at += rest.len;
    return str_trim(rest);
}

bool model_parse_line(struct expr_table *t, struct arena *arena, struct str line, struct str where,
                      struct model_line *ret_line, struct error *err) {
    struct summary head = {.flags = SUMMARY_MODEL};
    struct reader r = {
        .t = t, .arena = arena, .line = line, .where = where, .head = &head, .err = err};
    head.name = function_name(&r);
    if (!head.name.len) {
        return fail(&r, "a function name");
    }
    constraint_vec when = {0};
    effect_vec list = {0};
    struct summary_case body = {0};
    if (!parameters(&r, &head) || !conditions(&r, &when)) {
        return false;
    }
    body.usually = accept_word(&r, "usually");
    if (!accept(&r, ":")) {
        return fail(&r, "':' and effects");
    }
    if (!effects(&r, &list)) {
        return false;
    }
    body.when = when.data;
    body.when_count = when.len;
    body.effects = list.data;
    body.effect_count = list.len;
    *ret_line = (struct model_line){.head = head, .body = body};
    return true;
}
