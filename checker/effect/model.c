// Set of library models: functions by qualified name with overloads, type traits, aliases.
#include "checker/effect/model.h"

#include "checker/effect/model_parse.h"

// Overloads of one name: cases collect into the overload with the same parameters and marks.
struct overload {
    struct summary summary;
    VEC(struct summary_case) cases;
    uint32_t text; // number of the model text that defined it
    struct str source;
};

struct model_name {
    VEC(struct overload *) overloads;
};

struct model_set {
    struct arena *arena;
    struct expr_table *exprs;
    struct interner names;
    VEC(struct model_name) functions;              // by number in names
    VEC(uint32_t) traits;                          // by number in names
    VEC(const struct model_function *) properties; // by number in names, NULL when none
    VEC(uint8_t) field_roles;                      // enum field_role, by number in names
    VEC(struct overload *) in_order;
    uint32_t texts;
    bool weak; // of the text that is being read
    struct hash128 hash;
};

static uint32_t name_slot(struct model_set *set, struct str name) {
    uint32_t n = intern(&set->names, name);
    while (set->functions.len <= n) {
        vec_push(set->arena, &set->functions, ((struct model_name){0}));
        vec_push(set->arena, &set->traits, 0);
        vec_push(set->arena, &set->properties, NULL);
        vec_push(set->arena, &set->field_roles, FIELD_NOTHING);
    }
    return n;
}

static bool same_signature(const struct summary *a, const struct summary *b) {
    if (a->param_count != b->param_count || a->variadic != b->variadic) {
        return false;
    }
    for (uint32_t i = 0; i < a->param_count; i++) {
        if (!str_eq(a->param_marks[i], b->param_marks[i])) {
            return false;
        }
    }
    return true;
}

static struct overload *find_overload(struct model_set *set, const struct summary *head,
                                      struct str source) {
    uint32_t number = name_slot(set, head->name);
    struct model_name *slot = &set->functions.data[number];
    if (slot->overloads.len && slot->overloads.data[0]->text != set->texts) {
        slot->overloads.len = 0; // a later text replaces the function
    }
    for (uint32_t i = 0; i < slot->overloads.len; i++) {
        if (same_signature(&slot->overloads.data[i]->summary, head)) {
            return slot->overloads.data[i];
        }
    }
    struct overload *o = ARENA_NEW(set->arena, struct overload);
    o->summary = *head;
    o->summary.flags |= set->weak ? SUMMARY_WEAK : 0;
    o->text = set->texts;
    o->source = source;
    vec_push(set->arena, &slot->overloads, o);
    vec_push(set->arena, &set->in_order, o);
    return o;
}

// The last ':' that stands alone (names contain "::"), SIZE_MAX when there is none.
static size_t lone_colon(struct str line) {
    size_t colon = SIZE_MAX;
    for (size_t i = 1; i + 1 < line.len; i++) {
        if (line.ptr[i] == ':' && line.ptr[i - 1] != ':' && line.ptr[i + 1] != ':') {
            colon = i;
        }
    }
    return colon;
}

// "function localtime gmtime : mt_unsafe tm". Properties of several lines add up.
static bool add_properties(struct model_set *set, struct str rest, struct str where,
                           struct error *err) {
    size_t colon = lone_colon(rest);
    if (colon == SIZE_MAX) {
        return error_set(err, STR_FMT ": expected 'function NAME... : PROPERTY...'",
                         STR_ARG(where));
    }
    struct str names = str_trim(str_slice(rest, 0, colon));
    while (names.len) {
        struct str name = str_cut(&names, ' ');
        if (!name.len) {
            continue;
        }
        uint32_t number = name_slot(set, name);
        struct model_function *x = ARENA_NEW(set->arena, struct model_function);
        *x = (struct model_function){.null_arg = FN_NO_ARG,
                                     .fills_arg = FN_NO_ARG,
                                     .handler_arg = FN_NO_ARG,
                                     .action_arg = FN_NO_ARG,
                                     .exit_arg = FN_NO_ARG,
                                     .path_arg = FN_NO_ARG,
                                     .cancels_arg = FN_NO_ARG,
                                     .interrupts_arg = FN_NO_ARG,
                                     .worker_arg = FN_NO_ARG};
        *x = set->properties.data[number] ? *set->properties.data[number] : *x;
        struct str properties = str_trim(str_slice(rest, colon + 1, rest.len));
        while (properties.len) {
            if (!model_parse_property(&properties, where, x, err)) {
                return false;
            }
        }
        set->properties.data[number] = x;
    }
    return true;
}

// "field sa_handler sa_sigaction : handler", "field sigev_notify_function : worker"
static bool add_fields(struct model_set *set, struct str rest, struct str where,
                       struct error *err) {
    size_t colon = lone_colon(rest);
    struct str what = colon == SIZE_MAX ? rest : str_trim(str_slice(rest, colon + 1, rest.len));
    uint8_t role = str_eq(what, STR("handler"))  ? FIELD_HANDLER
                   : str_eq(what, STR("worker")) ? FIELD_WORKER
                                                 : FIELD_NOTHING;
    if (role == FIELD_NOTHING) {
        return error_set(err, STR_FMT ": expected 'field NAME... : handler' or ': worker'",
                         STR_ARG(where));
    }
    struct str names = str_trim(str_slice(rest, 0, colon));
    while (names.len) {
        struct str name = str_cut(&names, ' ');
        uint32_t number = name_slot(set, name);
        set->field_roles.data[number] = name.len ? role : set->field_roles.data[number];
    }
    return true;
}

static bool add_traits(struct model_set *set, struct str rest, struct str where,
                       struct error *err) {
    static const struct {
        const char *name;
        uint32_t bit;
    } table[] = {
        {"lock",      TRAIT_LOCK     },
        {"recursive", TRAIT_RECURSIVE},
        {"guard",     TRAIT_GUARD    },
        {"handle",    TRAIT_HANDLE   },
        {"condition", TRAIT_CONDITION},
        {"thread",    TRAIT_THREAD   },
        {"jthread",   TRAIT_JTHREAD  },
        {"future",    TRAIT_FUTURE   },
        {"semaphore", TRAIT_SEMAPHORE},
        {"atomic",    TRAIT_ATOMIC   },
        {"token",     TRAIT_TOKEN    }
    };
    size_t colon = lone_colon(rest);
    if (colon == SIZE_MAX) {
        return error_set(err, STR_FMT ": expected 'type NAME : TRAITS'", STR_ARG(where));
    }
    struct str name = str_trim(str_slice(rest, 0, colon));
    struct str traits = str_trim(str_slice(rest, colon + 1, rest.len));
    uint32_t bits = 0;
    while (traits.len) {
        struct str w = str_cut(&traits, ' ');
        uint32_t bit = 0;
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            bit |= str_eq(w, str_from(table[i].name)) ? table[i].bit : 0;
        }
        if (!bit && w.len) {
            return error_set(err, STR_FMT ": unknown trait '" STR_FMT "'", STR_ARG(where),
                             STR_ARG(w));
        }
        bits |= bit;
    }
    uint32_t number = name_slot(set, name);
    set->traits.data[number] = bits;
    return true;
}

static bool add_alias(struct model_set *set, struct str rest, struct str where, struct error *err) {
    size_t eq = str_find(rest, STR(" = "), 0);
    if (eq == SIZE_MAX) {
        return error_set(err, STR_FMT ": expected 'alias NEW = OLD'", STR_ARG(where));
    }
    uint32_t new_slot = name_slot(set, str_trim(str_slice(rest, 0, eq)));
    uint32_t old_slot = name_slot(set, str_trim(str_slice(rest, eq + 3, rest.len)));
    if (!set->functions.data[old_slot].overloads.len && !set->traits.data[old_slot]) {
        return error_set(err, STR_FMT ": alias of a name that is not defined above",
                         STR_ARG(where));
    }
    const struct model_name *old = &set->functions.data[old_slot];
    struct model_name copy = {0}; // its own list: a later text may replace one and not the other
    for (uint32_t i = 0; i < old->overloads.len; i++) {
        vec_push(set->arena, &copy.overloads, old->overloads.data[i]);
    }
    set->functions.data[new_slot] = copy;
    set->traits.data[new_slot] |= set->traits.data[old_slot];
    return true;
}

static bool add_line(struct model_set *set, struct str line, struct str where, struct str source,
                     struct error *err) {
    if (str_starts(line, STR("type "))) {
        return add_traits(set, str_slice(line, 5, line.len), where, err);
    }
    if (str_starts(line, STR("function "))) {
        return add_properties(set, str_slice(line, 9, line.len), where, err);
    }
    if (str_starts(line, STR("field "))) {
        return add_fields(set, str_slice(line, 6, line.len), where, err);
    }
    if (str_starts(line, STR("alias "))) {
        return add_alias(set, str_slice(line, 6, line.len), where, err);
    }
    if (str_eq(line, STR("weak"))) {
        set->weak = true;
        return true;
    }
    struct model_line parsed;
    if (!model_parse_line(set->exprs, set->arena, line, where, &parsed, err)) {
        return false;
    }
    struct overload *o = find_overload(set, &parsed.head, source);
    vec_push(set->arena, &o->cases, parsed.body);
    o->summary.cases = o->cases.data;
    o->summary.case_count = o->cases.len;
    return true;
}

bool model_add(struct model_set *set, struct str name, struct str text, struct error *err) {
    set->texts++;
    set->weak = false;
    set->hash = hash128_add(set->hash, text);
    char *copy = arena_copy(set->arena, text.ptr, text.len); // names are slices of it
    struct str rest = {copy, text.len};
    struct str source = {arena_copy(set->arena, name.ptr, name.len), name.len};
    for (uint32_t number = 1; rest.len; number++) {
        struct str line = str_cut(&rest, '\n');
        size_t hash = str_find_char(line, '#', 0);
        line = str_trim(str_slice(line, 0, hash == SIZE_MAX ? line.len : hash));
        if (!line.len) {
            continue;
        }
        struct buf where;
        buf_init(&where, 512);
        buf_addf(&where, STR_FMT ":%u", STR_ARG(name), number);
        bool ok = add_line(set, line, buf_str(&where), source, err);
        buf_release(&where);
        if (!ok) {
            return false;
        }
    }
    return true;
}

struct model_set *model_set_empty(struct arena *arena, struct expr_table *exprs) {
    struct model_set *set = ARENA_NEW(arena, struct model_set);
    set->arena = arena;
    set->exprs = exprs;
    intern_init(&set->names, arena);
    name_slot(set, STR(""));
    return set;
}

struct model_set *model_set_new(struct arena *arena, struct expr_table *exprs, struct error *err) {
    struct model_set *set = model_set_empty(arena, exprs);
    for (size_t i = 0; i < model_source_count; i++) {
        if (!model_add(set, str_from(model_sources[i].name), str_from(model_sources[i].text),
                       err)) {
            return NULL;
        }
    }
    return set;
}

// How well an overload fits a call; 0 = not at all.
static unsigned fit(const struct summary *s, struct str key, uint32_t arg_count, bool is_move) {
    unsigned score = 1;
    bool wants_move = false;
    for (uint32_t i = 0; i < s->param_count; i++) {
        struct str mark = s->param_marks[i];
        if (!mark.len) {
            continue;
        }
        wants_move |= str_eq(mark, STR("move"));
        if (str_eq(mark, STR("move")) ? !is_move : str_find(key, mark, 0) == SIZE_MAX) {
            return 0;
        }
        score += 4;
    }
    if (is_move && !wants_move && s->param_count > 1) {
        return 0; // a copy or move is modelled as such or not at all
    }
    if (arg_count == s->param_count) {
        score += 2;
    } else if (arg_count < s->param_count || !s->variadic) {
        return arg_count > s->param_count ? 0 : 1; // missing defaults are tolerated
    }
    return score;
}

const struct summary *model_find(const struct model_set *set, struct str function, struct str key,
                                 uint32_t arg_count, bool is_move) {
    uint32_t n = intern_find(&set->names, function);
    if (n == UINT32_MAX || n >= set->functions.len) {
        return NULL;
    }
    const struct summary *best = NULL;
    unsigned best_score = 0;
    for (uint32_t i = 0; i < set->functions.data[n].overloads.len; i++) {
        const struct summary *s = &set->functions.data[n].overloads.data[i]->summary;
        unsigned score = fit(s, key, arg_count, is_move);
        if (score > best_score) {
            best = s;
            best_score = score;
        }
    }
    return best;
}

uint32_t model_type_traits(const struct model_set *set, struct str type) {
    uint32_t n = intern_find(&set->names, type);
    return n == UINT32_MAX || n >= set->traits.len ? 0 : set->traits.data[n];
}

const struct model_function *model_function_find(const struct model_set *set, struct str function) {
    struct str name =
        str_starts(function, STR("std::")) ? str_slice(function, 5, function.len) : function;
    size_t conversion = str_find(name, STR("::operator "),
                                 0); // "std::atomic::operator bool" goes by "atomic::operator"
    name = conversion == SIZE_MAX ? name : str_slice(name, 0, conversion + STR("::operator").len);
    uint32_t n = intern_find(&set->names, name);
    return n == UINT32_MAX || n >= set->properties.len ? NULL : set->properties.data[n];
}

enum field_role model_field_role(const struct model_set *set, struct str field) {
    uint32_t n = intern_find(&set->names, field);
    return n == UINT32_MAX || n >= set->field_roles.len ? FIELD_NOTHING
                                                        : (enum field_role)set->field_roles.data[n];
}

void model_visit(const struct model_set *set,
                 void (*visit)(void *ctx, const struct summary *s, struct str source), void *ctx) {
    for (uint32_t i = 0; i < set->in_order.len; i++) {
        visit(ctx, &set->in_order.data[i]->summary, set->in_order.data[i]->source);
    }
}

struct hash128 model_set_hash(const struct model_set *set) {
    return set->hash;
}
