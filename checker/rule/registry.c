#include "checker/rule/rule.h"

// Looks rules and families up in the generated tables (rule_table, sorted by id) by their names.

#include "checker/base/str.h"

static bool has_prefix_and_dash(struct str text, struct str prefix) {
    return text.len > prefix.len + 1 && str_starts(text, prefix) && text.ptr[prefix.len] == '-';
}

const struct rule *rule_find(struct str id, size_t *ret_index) {
    size_t low = 0;
    size_t high = rule_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct rule *rule = rule_table[middle].rule;
        int order = str_cmp(id, str_from(rule->id));
        if (order == 0) {
            if (ret_index != NULL) {
                *ret_index = middle;
            }
            return rule;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

// The only rule whose id ends in "-<name>": people drop the family ("lock-leak").
static const char *only_rule_called(struct str name) {
    const char *found = NULL;
    for (size_t i = 0; i < rule_count; i++) {
        struct str id = str_from(rule_table[i].rule->id);
        if (id.len <= name.len + 1 || !str_ends(id, name) || id.ptr[id.len - name.len - 1] != '-') {
            continue;
        }
        if (found != NULL) {
            return NULL;
        }
        found = rule_table[i].rule->id;
    }
    return found;
}

const char *rule_nearest(struct str id) {
    static const char tool_prefix[] = "threadlint-"; // as written in NOLINT comments
    struct str prefix = STR(tool_prefix);
    if (str_starts(id, prefix)) {
        id = str_slice(id, prefix.len, id.len);
    }
    if (id.len == 0) {
        return NULL;
    }
    const char *best = only_rule_called(id);
    if (best != NULL) {
        return best;
    }
    unsigned best_distance = (unsigned)(id.len < 64 ? id.len : 64) / 4 + 2; // this far is not near
    for (size_t i = 0; i < rule_count; i++) {
        unsigned distance = str_distance(id, str_from(rule_table[i].rule->id), best_distance);
        if (distance < best_distance) {
            best_distance = distance;
            best = rule_table[i].rule->id;
        }
    }
    return best;
}

struct str rule_family(const struct rule *rule) {
    struct str id = str_from(rule->id);
    for (size_t i = 0; i < family_count; i++) {
        struct str family = str_from(family_table[i]->name);
        if (has_prefix_and_dash(id, family)) {
            return str_slice(id, 0, family.len);
        }
    }
    size_t dash = str_find_char(id, '-', 0);
    return dash == SIZE_MAX ? id : str_slice(id, 0, dash);
}

const struct family *family_find(struct str name) {
    for (size_t i = 0; i < family_count; i++) {
        if (str_eq(name, str_from(family_table[i]->name))) {
            return family_table[i];
        }
    }
    return NULL;
}

void rule_pascal_name(const struct rule *rule, char *out, size_t size) {
    size_t len = 0;
    bool at_start = true;
    if (size == 0) {
        return;
    }
    for (const char *p = rule->id; *p != '\0' && len + 1 < size; p++) {
        if (*p == '-') {
            at_start = true;
            continue;
        }
        bool is_lower = *p >= 'a' && *p <= 'z';
        out[len++] = at_start && is_lower ? (char)(*p - 'a' + 'A') : *p;
        at_start = false;
    }
    out[len] = '\0';
}
