#include "checker/rule/baseline.h"

#include "checker/base/map.h"
#include "checker/rule/config_json.h"

#include <cjson/cJSON.h>

enum { BASELINE_VERSION = 1 };

static struct str copy_text(struct arena *arena, const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    struct str s = cJSON_IsString(item) ? str_from(item->valuestring) : (struct str){0};
    return str_make(arena_copy(arena, s.ptr ? s.ptr : "", s.len), s.len);
}

static bool read_entry(struct baseline *b, const cJSON *item, struct error *err) {
    struct baseline_entry e = {.rule = copy_text(b->arena, item, "rule"),
                               .file = copy_text(b->arena, item, "file"),
                               .message = copy_text(b->arena, item, "message")};
    struct str hex = copy_text(b->arena, item, "fingerprint");
    if (!hash128_parse(hex, &e.fingerprint)) {
        return error_set(err, "%u: a finding needs \"fingerprint\" of 32 hexadecimal digits",
                         config_json_line(item));
    }
    vec_push(b->arena, &b->entries, e);
    return true;
}

static bool read_tree(struct baseline *b, const cJSON *tree, struct error *err) {
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(tree, "version");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "findings");
    if (!cJSON_IsNumber(version) || !cJSON_IsArray(list)) {
        return error_set(err, "1: this is no baseline: \"version\" or \"findings\" is missing");
    }
    if (version->valuedouble > (double)BASELINE_VERSION) {
        return error_set(err, "1: written by a later threadlint");
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list) {
        if (!read_entry(b, item, err)) {
            return false;
        }
    }
    return true;
}

bool baseline_read(struct arena *arena, struct str text, struct baseline *ret, struct error *err) {
    *ret = (struct baseline){.arena = arena};
    struct str stripped = {0};
    if (!config_json_strip(arena, text, &stripped, err)) {
        return false;
    }
    cJSON *tree = config_json_parse(stripped, err);
    bool ok = tree && read_tree(ret, tree, err);
    cJSON_Delete(tree);
    return ok;
}

static uint64_t key_of(struct hash128 h) {
    return hash_mix(h.lo, h.hi);
}

void baseline_apply(struct baseline *b, struct finding_list *findings) {
    struct map index;
    map_init(&index, b->arena);
    for (uint32_t i = 0; i < b->entries.len; i++) {
        map_put(&index, key_of(b->entries.data[i].fingerprint), i);
    }
    for (uint32_t i = 0; i < findings->items.len; i++) {
        struct finding *f = &findings->items.data[i];
        uint32_t at = 0;
        if (!f->suppressed && map_get(&index, key_of(f->fingerprint), &at) &&
            hash128_eq(b->entries.data[at].fingerprint, f->fingerprint)) {
            f->known = true;
            b->entries.data[at].is_met = true;
        }
    }
}
