// Locks of other files, presumed by name. When a file is looked at without the rest of its project,
// `port_mutex_lock(&q->mu)` has neither a body nor a model. Such functions come in pairs: a name
// with a verb that takes, and the same name with the verb that gives back. Where a file uses both,
// of functions that are not known, they are taken to do what they are called; nothing is
// concluded from one alone.
#include "checker/base/hash.h"
#include "checker/link/program_private.h"

enum { MAX_WORDS = 12, MAX_TYPE_DEPTH = 8 };

enum verb { VERB_NONE, VERB_TAKE, VERB_TAKE_SHARED, VERB_TRY, VERB_GIVE };

struct word {
    const char *text;
    uint8_t verb; // enum verb
};

static const struct word words[] = {
    {"lock",     VERB_TAKE       },
    {"wrlock",   VERB_TAKE       },
    {"wlock",    VERB_TAKE       },
    {"acquire",  VERB_TAKE       },
    {"enter",    VERB_TAKE       },
    {"rdlock",   VERB_TAKE_SHARED},
    {"rlock",    VERB_TAKE_SHARED},
    {"trylock",  VERB_TRY        },
    {"unlock",   VERB_GIVE       },
    {"rdunlock", VERB_GIVE       },
    {"wrunlock", VERB_GIVE       },
    {"runlock",  VERB_GIVE       },
    {"wunlock",  VERB_GIVE       },
    {"release",  VERB_GIVE       },
    {"leave",    VERB_GIVE       },
    {"exit",     VERB_GIVE       },
};

// A name without its verb, which a pair has in common.
struct lock_name {
    uint8_t verb;
    uint64_t stem;
    bool speaks_of_locks; // besides "enter" and the like
};

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c) {
    return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// The next word of a name in any style: "port_mutex_lock", "PortMutexLock", "PORT_LOCK".
static struct str next_word(struct str *rest) {
    size_t from = 0;
    while (from < rest->len && !is_letter(rest->ptr[from])) {
        from++;
    }
    size_t to = from;
    while (to < rest->len && is_letter(rest->ptr[to]) &&
           !(to > from && is_upper(rest->ptr[to]) && !is_upper(rest->ptr[to - 1]))) {
        to++;
    }
    struct str word = str_slice(*rest, from, to);
    *rest = str_slice(*rest, to, rest->len);
    return word;
}

static bool is_word(struct str name, const char *word) {
    size_t i = 0;
    while (i < name.len && word[i] && (name.ptr[i] | 0x20) == word[i]) {
        i++;
    }
    return i == name.len && !word[i];
}

static bool contains(struct str name, const char *part) {
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= name.len; i++) {
        if (is_word(str_slice(name, i, i + len), part)) {
            return true;
        }
    }
    return false;
}

static bool is_lockish(struct str name) {
    static const char *const parts[] = {"mutex", "mtx", "lock", "lck", "spin", "critical"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (contains(name, parts[i])) {
            return true;
        }
    }
    return false;
}

static uint8_t verb_of(struct str word) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_word(word, words[i].text)) {
            return words[i].verb;
        }
    }
    return VERB_NONE;
}

static uint64_t add_to_stem(uint64_t stem, struct str word) {
    for (size_t i = 0; i < word.len; i++) {
        stem = hash_mix(stem, (uint64_t)(word.ptr[i] | 0x20));
    }
    return hash_mix(stem, 1);
}

// The verb is the last word, or nothing but nouns for locks follow it: "LockMutex".
static struct lock_name take_apart(struct str name) {
    struct lock_name n = {.stem = 7};
    struct str rest = name;
    bool tries = false;
    for (unsigned i = 0; i < MAX_WORDS; i++) {
        struct str word = next_word(&rest);
        uint8_t verb = verb_of(word);
        if (!word.len) {
            break;
        }
        if (is_word(word, "try")) {
            tries = true;
        } else if (verb && (!n.verb || !is_lockish(word))) {
            n.verb = verb;
        } else if (verb) { // "lockLock": the noun came first
            n.stem = add_to_stem(n.stem, STR("lock"));
            n.verb = verb;
            n.speaks_of_locks = true;
        } else if (n.verb && !is_lockish(word)) {
            return (struct lock_name){0};
        } else {
            n.stem = add_to_stem(n.stem, word);
            n.speaks_of_locks |= is_lockish(word);
        }
        n.speaks_of_locks |= verb && contains(word, "lock");
    }
    n.verb = n.verb && tries ? VERB_TRY : n.verb;
    return n.speaks_of_locks ? n : (struct lock_name){0};
}

// --- what the pair is about ---

struct presumer {
    struct program *p;
    struct unit *u;
    struct lock_name *names; // [syms]
    struct map pairs;        // stem -> verbs, as bits
    struct map takers;       // stem -> symbol of one that takes
    struct map models;       // function and place -> number in made
    VEC(const struct summary *) made;
};

static bool is_open_function(const struct presumer *s, const struct ir_call *c) {
    const struct ir_sym *sym = &s->u->facts->syms.data[c->callee.v];
    return c->kind == CALL_DIRECT && c->callee.v && s->u->sym_nodes[c->callee.v] == NODE_NONE &&
           !(sym->flags &
             (SYM_SYSTEM | SYM_BUILTIN | SYM_METHOD | SYM_CTOR | SYM_DTOR | SYM_STATIC_MEMBER));
}

// Type the argument points to.
static type_id pointed_to(const struct facts *f, val_id v) {
    const struct ir_val *x = &f->vals.data[v.v];
    if (x->kind == VAL_ADDR) {
        return f->paths.data[x->path.v].type;
    }
    if (x->kind != VAL_PATH) {
        return (type_id){0};
    }
    const struct ir_type *t =
        &f->types.data[facts_strip_typedefs(f, f->paths.data[x->path.v].type, NULL).v];
    return t->kind == TYPE_POINTER ? t->target : (type_id){0};
}

static bool names_lock(const struct facts *f, type_id type) {
    for (unsigned i = 0; type.v && i < MAX_TYPE_DEPTH; i++) {
        const struct ir_type *t = &f->types.data[type.v];
        if (is_lockish(facts_text(f, t->name))) {
            return true;
        }
        type = t->kind == TYPE_TYPEDEF || t->kind == TYPE_ARRAY ? t->target : (type_id){0};
    }
    return false;
}

// The lock itself, a lock of the object that is given, or, without arguments, one that has no other
// name than its functions. None when it cannot be told.
static expr_id lock_of(const struct presumer *s, const struct ir_call *c, struct lock_name name) {
    const struct facts *f = s->u->facts;
    struct expr_table *t = s->p->exprs;
    if (!c->arg_count) {
        uint32_t taker = 0;
        (void)map_get(&s->takers, name.stem, &taker); // both halves under one name
        struct str text = facts_sym_name(f, (sym_id){taker});
        return expr_global(t, text, text);
    }
    expr_id object = expr_deref(t, expr_param(t, 0));
    type_id type = pointed_to(f, f->args.data[c->first_arg.v]);
    if (names_lock(f, type)) {
        return object;
    }
    const struct ir_type *record = &f->types.data[facts_strip_typedefs(f, type, NULL).v];
    return record->kind == TYPE_RECORD && c->arg_count == 1 // others may choose the lock
               ? expr_field(t, object, STR("$lock"), facts_text(f, record->name))
               : (expr_id){0};
}

static const struct summary *make_model(const struct presumer *s, const struct ir_call *c,
                                        struct lock_name name, expr_id lock) {
    struct arena *a = s->p->arena;
    struct effect *e = ARENA_NEW(a, struct effect);
    struct summary_case *only = ARENA_NEW(a, struct summary_case);
    struct summary *m = ARENA_NEW(a, struct summary);
    *e = (struct effect){.kind = name.verb == VERB_GIVE ? EFFECT_RELEASE : EFFECT_ACQUIRE,
                         .a = lock};
    e->flags = name.verb == VERB_GIVE          ? EF_ANY_MODE
               : name.verb == VERB_TAKE_SHARED ? EF_SHARED
               : name.verb == VERB_TRY         ? EF_MAYBE
                                               : 0;
    e->flags |= expr_get(s->p->exprs, lock)->kind == EX_DEREF ? 0 : EF_RECURSIVE;
    *only = (struct summary_case){.usually = true, .effects = e, .effect_count = 1};
    *m = (struct summary){.name = facts_sym_name(s->u->facts, c->callee),
                          .flags = SUMMARY_MODEL,
                          .param_count = c->arg_count ? 1 : 0,
                          .variadic = c->arg_count > 1,
                          .cases = only,
                          .case_count = 1};
    return m;
}

static const struct summary *model_of(struct presumer *s, const struct ir_call *c) {
    struct lock_name name = s->names[c->callee.v];
    expr_id lock = lock_of(s, c, name);
    uint64_t key = hash_mix(c->callee.v, lock.v);
    uint32_t i = 0;
    if (!lock.v) {
        return NULL;
    }
    if (!map_get(&s->models, key, &i)) {
        i = s->made.len;
        vec_push(&s->p->scratch, &s->made, make_model(s, c, name, lock));
        map_put(&s->models, key, i);
    }
    return s->made.data[i];
}

// Both halves are used in this file.
static bool has_pair(const struct presumer *s, struct lock_name n) {
    uint32_t verbs = 0;
    uint32_t takes = 1U << VERB_TAKE | 1U << VERB_TAKE_SHARED;
    return n.verb && map_get(&s->pairs, n.stem, &verbs) && (verbs & takes) &&
           (verbs >> VERB_GIVE & 1);
}

static void presume(struct program *p, struct unit *u) {
    const struct facts *f = u->facts;
    struct arena_mark mark = arena_mark(&p->scratch);
    struct presumer s = {.p = p, .u = u};
    s.names = ARENA_ARRAY(&p->scratch, struct lock_name, f->syms.len);
    map_init(&s.pairs, &p->scratch);
    map_init(&s.takers, &p->scratch);
    map_init(&s.models, &p->scratch);
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t i = 1; i < f->calls.len; i++) {
            const struct ir_call *c = &f->calls.data[i];
            struct lock_name *n = &s.names[c->callee.v];
            uint32_t verbs = 0;
            if (u->models[i] || !is_open_function(&s, c)) {
                continue;
            }
            if (round) {
                u->models[i] = has_pair(&s, *n) ? model_of(&s, c) : NULL;
                continue;
            }
            *n = n->verb ? *n : take_apart(facts_sym_name(f, c->callee));
            (void)map_get(&s.pairs, n->stem, &verbs);
            map_put(&s.pairs, n->stem, verbs | (n->verb ? 1U << n->verb : 0));
            if (n->verb == VERB_TAKE) {
                map_put(&s.takers, n->stem, c->callee.v);
            }
        }
    }
    arena_reset(&p->scratch, mark);
}

// Some function without a body is called like a lock, and what it locks cannot be told.
static bool has_hidden_locks(struct program *p, struct unit *u) {
    struct presumer s = {.p = p, .u = u};
    bool hidden = false;
    for (uint32_t i = 1; !hidden && i < u->facts->calls.len; i++) {
        const struct ir_call *c = &u->facts->calls.data[i];
        hidden = !u->models[i] && is_open_function(&s, c) &&
                 take_apart(facts_sym_name(u->facts, c->callee)).verb;
    }
    return hidden;
}

void program_presume_locks(struct program *p) {
    for (uint32_t i = 0; i < p->units.len; i++) {
        presume(p, &p->units.data[i]);
        p->hidden_locks |= has_hidden_locks(p, &p->units.data[i]);
    }
}
