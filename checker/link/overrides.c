// Which methods override a virtual one, in the whole program.
#include "checker/link/program_private.h"

static uint32_t key_number(struct program *p, const struct facts *f, sym_id sym) {
    return intern(&p->exprs->names, facts_text(f, f->syms.data[sym.v].key));
}

void overrides_find(struct program *p) {
    map_init(&p->override_index, p->arena);
    for (uint32_t u = 0; u < p->units.len; u++) {
        const struct facts *f = p->units.data[u].facts;
        for (uint32_t i = 0; i < f->overrides.len; i++) {
            uint32_t base = key_number(p, f, f->overrides.data[i].base);
            uint32_t at = 0;
            if (!map_get(&p->override_index, base, &at)) {
                vec_push(p->arena, &p->overrides, ((struct override_set){0}));
                at = p->overrides.len - 1;
                map_put(&p->override_index, base, at);
            }
            vec_push(p->arena, &p->overrides.data[at].keys,
                     key_number(p, f, f->overrides.data[i].sym));
        }
    }
    for (uint32_t u = 0; u < p->units.len; u++) {
        const struct facts *f = p->units.data[u].facts;
        for (uint32_t i = 1; i < f->syms.len; i++) {
            uint32_t at = 0;
            bool overridden = (f->syms.data[i].flags & SYM_VIRTUAL) &&
                              map_get(&p->override_index, key_number(p, f, (sym_id){i}), &at);
            p->units.data[u].sym_overridden[i] |= overridden;
        }
    }
}

static uint32_t add(node_id n, node_id *out, uint32_t count, uint32_t max) {
    for (uint32_t i = 0; i < count; i++) {
        if (out[i] == n) {
            return count;
        }
    }
    if (count < max) {
        out[count++] = n;
    }
    return count;
}

static uint32_t collect(const struct program *p, uint32_t key, node_id *out, uint32_t count,
                        uint32_t max, unsigned depth) {
    uint32_t at = 0;
    bool any = depth < 8 && map_get(&p->override_index, key, &at);
    for (uint32_t i = 0; any && i < p->overrides.data[at].keys.len; i++) {
        uint32_t over = p->overrides.data[at].keys.data[i];
        node_id n = NODE_NONE;
        if (map_get(&p->node_of_key, over, &n)) {
            count = add(n, out, count, max);
        }
        count = collect(p, over, out, count, max, depth + 1);
    }
    return count;
}

uint32_t overriders_of(const struct program *p, uint32_t key, node_id *out, uint32_t max) {
    return collect(p, key, out, 0, max, 0);
}
