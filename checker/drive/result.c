#include "checker/drive/result.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"

#include <unistd.h>

enum { MAX_INPUT = 1 << 30, LINK_MAX = 4096 };

// --- key ---

static struct hash128 add_number(struct hash128 h, int64_t number) {
    return hash128_add(h, str_make((const char *)&number, sizeof number));
}

static struct hash128 add_hash(struct hash128 h, struct hash128 more) {
    return hash128_add(h, str_make((const char *)&more, sizeof more));
}

static bool add_file(struct arena *scratch, const char *path, struct hash128 *h) {
    struct str text = {0};
    struct error err = {0};
    if (!fs_read(scratch, path, MAX_INPUT, &text, &err)) {
        return false;
    }
    *h = hash128_add(*h, text);
    return true;
}

// Engine, rules, built-in models and their texts: a version number would not tell two builds apart.
static bool add_program(struct arena *scratch, struct hash128 *h) {
    char path[LINK_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0) {
        return false;
    }
    path[len] = '\0';
    return add_file(scratch, path, h);
}

// What the configuration file says, and the options that change it.
static struct hash128 add_config(struct hash128 h, const struct config *c) {
    h = add_hash(h, c->content);
    h = hash128_add(h, c->path);
    h = hash128_add(h, c->dir);
    h = add_number(h, c->profile);
    h = add_number(h, c->evidence.read);
    h = hash128_add(h, c->evidence.race_test);
    h = add_number(h, c->evidence.files);
    h = hash128_add(h, c->evidence.wide_entry);
    h = hash128_add(h, c->evidence.wide_place);
    for (uint32_t i = 0; i < c->cli_settings.len; i++) {
        h = hash128_add(h, c->cli_settings.data[i].pattern);
        h = add_number(h, c->cli_settings.data[i].level);
        h = add_number(h, c->cli_settings.data[i].use_default);
    }
    return h;
}

// Which files are asked about, as the user wrote it: notes quote that.
static struct hash128 add_sources(struct hash128 h, const struct project *p) {
    h = add_number(h, p->cli->has_flags);
    h = add_number(h, p->sources.len);
    for (uint32_t i = 0; i < p->sources.len; i++) {
        h = hash128_add(h, str_from(p->sources.data[i].given));
        h = hash128_add(h, p->sources.data[i].path);
        h = hash128_add(h, p->sources.data[i].real);
        h = add_number(h, p->sources.data[i].is_dir);
    }
    return h;
}

static struct hash128 add_units(struct hash128 h, const struct load *l) {
    h = add_number(h, l->count);
    for (uint32_t i = 0; i < l->count; i++) {
        h = hash128_add(h, l->tus[i].file);
        h = add_hash(h, l->tus[i].content);
    }
    return h;
}

bool result_key(const struct project *p, const struct load *l, struct hash128 *ret_key) {
    struct arena scratch;
    struct hash128 h = hash128("result", 6);
    if (!load_contents_known(l)) {
        return false;
    }
    h = hash128_add(h, p->root);
    h = add_number(h, p->database.len != 0);
    h = add_number(h, p->skipped.len);
    h = add_config(h, &p->config);
    h = add_sources(h, p);
    h = add_units(h, l);
    arena_init(&scratch, 0);
    bool ok = add_program(&scratch, &h);
    for (uint32_t i = 0; i < p->config.models.len && ok; i++) {
        h = hash128_add(h, p->config.models.data[i]);
        ok = add_file(&scratch, p->config.models.data[i].ptr, &h);
    }
    arena_release(&scratch);
    *ret_key = h;
    return ok;
}

// --- cache ---

bool result_restore(struct result *r, struct load *l, struct hash128 key) {
    struct str data = {0};
    if (!cache_result_get(l->cache, key, &data)) {
        return false;
    }
    data.ptr = arena_copy(r->arena, data.ptr, data.len);
    if (!result_unpack(r, data)) {
        cache_result_drop(l->cache, key);
        return false;
    }
    l->with_errors = r->with_errors;
    return true;
}

void result_store(struct result *r, const struct load *l, struct hash128 key) {
    struct buf data;
    buf_init(&data, RESULT_MAX);
    r->with_errors = l->with_errors;
    result_pack(r, &data);
    if (!data.overflow) {
        cache_result_put(l->cache, key, buf_str(&data));
    }
    buf_release(&data);
}
