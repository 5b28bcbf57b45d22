#include "checker/drive/shard.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/log.h"
#include "checker/ir/pack.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[16] = {'t', 'h', 'r', 'e', 'a', 'd', 'l', 'i',
                               'n', 't', ' ', 'f', 'a', 'c', 't', 's'};

enum {
    SHARD_VERSION = 1,
    MAX_SHARD_GIB = 16,
    ENTRY_FACTS = 1,
    ENTRY_FAILURE = 2,
    ENTRY_SKIPPED = 3,
    MAX_NAME = 1 << 16
};

struct shard_head {
    char magic[sizeof magic];
    uint32_t version;
    uint32_t ir_version;
    uint32_t shard;
    uint32_t shard_count;
    uint32_t entries;
    uint32_t reserved;
};

struct entry_head {
    uint32_t kind;
    uint32_t name_len;
    uint64_t len;
};

// --- writing ---

static void put_entry(struct buf *out, uint32_t kind, struct str name, struct str content) {
    struct entry_head head = {.kind = kind, .name_len = (uint32_t)name.len, .len = content.len};
    buf_add_bytes(out, &head, sizeof head);
    buf_add(out, name);
    buf_add(out, content);
}

static void put_tu(struct buf *out, const struct load_tu *tu) {
    put_entry(out, tu->facts ? ENTRY_FACTS : ENTRY_FAILURE, tu->file,
              tu->facts ? tu->packed : tu->failure);
}

static bool write_shard(const struct load *l, struct error *err) {
    const struct cli *cli = l->project->cli;
    bool is_single = cli->has_flags || l->project->sources.len;
    struct shard_head head = {
        .version = SHARD_VERSION,
        .ir_version = IR_VERSION,
        .shard = is_single          ? 0
                 : cli->shard_count ? cli->shard
                                    : 1,
        .shard_count = is_single          ? 0
                       : cli->shard_count ? cli->shard_count
                                          : 1,
    };
    // Every shard reads the whole database; the first one tells what it found there.
    uint32_t skipped = head.shard == 1 ? l->project->skipped.len : 0;
    head.entries = l->count + skipped;
    memcpy(head.magic, magic, sizeof magic);
    struct buf out;
    buf_init(&out, (size_t)MAX_SHARD_GIB << 30);
    buf_add_bytes(&out, &head, sizeof head);
    for (uint32_t i = 0; i < l->count; i++) {
        put_tu(&out, &l->tus[i]);
    }
    for (uint32_t i = 0; i < skipped; i++) {
        put_entry(&out, ENTRY_SKIPPED, (struct str){0}, l->project->skipped.data[i]);
    }
    bool ok =
        !out.overflow || error_set(err, "the facts are too large for one file; use more shards");
    if (ok && strcmp(cli->facts_file, "-") == 0) {
        ok = fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
        ok = ok || error_set(err, "cannot write facts to standard output");
    } else if (ok) {
        ok = fs_write_atomic(cli->facts_file, buf_str(&out), err);
    }
    buf_release(&out);
    return ok;
}

// Part `shard` of the commands: whole runs of them, so that all shards one after the other are the
// database.
static void keep_shard(struct project *p, uint32_t shard, uint32_t shard_count) {
    uint64_t from = (uint64_t)p->cmds.len * (shard - 1) / shard_count;
    uint64_t to = (uint64_t)p->cmds.len * shard / shard_count;
    for (uint64_t i = from; i < to; i++) {
        p->cmds.data[i - from] = p->cmds.data[i];
    }
    p->cmds.len = (uint32_t)(to - from);
}

static bool check_options(const struct cli *cli, struct error *err) {
    if (cli->shard_count && (cli->has_flags || cli->operands.len)) {
        return error_set(err, "--shard splits a whole database; leave the source files out");
    }
    if (!cli->facts_file) {
        return error_set(err, "'facts' needs the file to write: -o FILE");
    }
    return strcmp(cli->facts_file, "-") != 0 || !isatty(STDOUT_FILENO) ||
           error_set(err, "facts are binary and standard output is a terminal; use -o FILE");
}

static bool make_shard(struct load *l, struct arena *arena, const struct cli *cli,
                       struct progress *progress, struct error *err) {
    struct project *p = ARENA_NEW(arena, struct project);
    if (!check_options(cli, err) ||
        !project_open(p, arena, cli, cli->operands.data, cli->operands.len, err)) {
        return false;
    }
    if (cli->shard_count) {
        keep_shard(p, cli->shard, cli->shard_count);
    }
    project_keep_sources(p);
    *l = (struct load){.project = p, .keep_packed = true, .progress = progress};
    progress_begin(progress, !cli->quiet, p->cmds.len);
    bool ok = load_run(l, err) && write_shard(l, err);
    progress_end(progress);
    load_add_notes(l);
    for (uint32_t i = 0; i < p->notes.items.len; i++) {
        bool is_error = p->notes.items.data[i].level == LEVEL_ERROR;
        log_message(is_error ? LOG_ERROR : LOG_WARNING, STR_FMT,
                    STR_ARG(p->notes.items.data[i].text));
    }
    return ok;
}

int shard_command(const struct cli *cli) {
    struct arena arena;
    struct error err = {0};
    struct load load = {0};
    struct progress progress = {0};
    arena_init(&arena, 0);
    bool ok = make_shard(&load, &arena, cli, &progress, &err);
    if (!ok) {
        log_message(LOG_ERROR, "%s", err.text);
    }
    int code = !ok ? 2 : load_is_complete(&load) || cli->allow_partial ? 0 : 3;
    arena_release(&arena);
    return code;
}

// --- reading ---

struct shard_file {
    const char *path;
    struct str text;
    struct shard_head head;
};

static bool read_head(struct arena *arena, const char *path, struct shard_file *ret,
                      struct error *err) {
    struct shard_file f = {.path = path};
    if (!fs_read(arena, path, (size_t)MAX_SHARD_GIB << 30, &f.text, err)) {
        return false;
    }
    if (f.text.len < sizeof f.head || memcmp(f.text.ptr, magic, sizeof magic) != 0) {
        return error_set(
            err, "'%s' is no fact file; make one with: threadlint facts -p DIR -o FILE", path);
    }
    memcpy(&f.head, f.text.ptr, sizeof f.head);
    if (f.head.version != SHARD_VERSION || f.head.ir_version != IR_VERSION) {
        return error_set(err, "'%s' was written by another version of threadlint; make it anew",
                         path);
    }
    if (f.head.shard > f.head.shard_count || (f.head.shard_count && !f.head.shard)) {
        return error_set(err, "'%s' is damaged: shard %u of %u; make it anew", path, f.head.shard,
                         f.head.shard_count);
    }
    *ret = f;
    return true;
}

static int by_shard(const void *a, const void *b) {
    const struct shard_file *x = a;
    const struct shard_file *y = b;
    if (x->head.shard != y->head.shard) {
        return x->head.shard < y->head.shard ? -1 : 1;
    }
    return strcmp(x->path, y->path);
}

// All shards of one database, each once. Two of one number are an error: they would be linked
// twice.
static bool check_shards(const struct shard_file *files, uint32_t count, bool *ret_all,
                         struct error *err) {
    bool all = files[0].head.shard_count == count;
    for (uint32_t i = 0; i < count; i++) {
        const struct shard_head *h = &files[i].head;
        all = all && h->shard_count == count && h->shard == i + 1;
        if (i && h->shard && h->shard == files[i - 1].head.shard &&
            h->shard_count == files[i - 1].head.shard_count) {
            return error_set(err, "'%s' and '%s' are both shard %u of %u; leave one out",
                             files[i - 1].path, files[i].path, h->shard, h->shard_count);
        }
    }
    *ret_all = all;
    return true;
}

static bool read_entry(struct load *l, struct str *rest, struct error *err) {
    struct entry_head h;
    struct arena *arena = l->project->arena;
    if (rest->len < sizeof h) {
        return error_set(err, "cut off");
    }
    memcpy(&h, rest->ptr, sizeof h);
    *rest = str_slice(*rest, sizeof h, rest->len);
    if (h.name_len > MAX_NAME || h.name_len > rest->len || h.len > rest->len - h.name_len) {
        return error_set(err, "cut off");
    }
    struct load_tu *tu = &l->tus[l->count];
    tu->file = str_slice(*rest, 0, h.name_len);
    struct str content = str_slice(*rest, h.name_len, h.name_len + (size_t)h.len);
    *rest = str_slice(*rest, h.name_len + (size_t)h.len, rest->len);
    if (h.kind == ENTRY_SKIPPED) {
        project_skip_entry(l->project, content);
        return true;
    }
    l->count++;
    if (h.kind == ENTRY_FAILURE) {
        tu->failure = content;
        l->failed++;
        return true;
    }
    tu->facts = ARENA_NEW(arena, struct facts);
    if (h.kind != ENTRY_FACTS || !ir_unpack(content.ptr, content.len, arena, tu->facts, err)) {
        return h.kind == ENTRY_FACTS ? false : error_set(err, "entry of unknown kind %u", h.kind);
    }
    tu->has_errors = load_has_errors(tu->facts);
    l->with_errors += tu->has_errors;
    l->parsed++;
    return true;
}

static bool read_entries(struct load *l, const struct shard_file *f, struct error *err) {
    struct str rest = str_slice(f->text, sizeof f->head, f->text.len);
    for (uint32_t i = 0; i < f->head.entries; i++) {
        struct error why = {0};
        if (!read_entry(l, &rest, &why)) {
            return error_set(err, "'%s' is damaged: entry %u: %s; make it anew", f->path, i + 1,
                             why.text);
        }
    }
    return !rest.len ||
           error_set(err, "'%s' is damaged: bytes after its last entry; make it anew", f->path);
}

bool shard_read(struct load *l, const char *const *paths, uint32_t count, bool *ret_all,
                struct error *err) {
    struct arena *arena = l->project->arena;
    struct shard_file *files = ARENA_ARRAY(arena, struct shard_file, count);
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_head(arena, paths[i], &files[i], err)) {
            return false;
        }
        uint64_t possible = files[i].text.len / sizeof(struct entry_head);
        if (files[i].head.entries > possible) {
            return error_set(err, "'%s' is damaged: it cannot have %u entries; make it anew",
                             paths[i], files[i].head.entries);
        }
        total += files[i].head.entries;
    }
    qsort(files, count, sizeof *files, by_shard);
    l->tus = ARENA_ARRAY(arena, struct load_tu, (size_t)total);
    bool ok = check_shards(files, count, ret_all, err);
    for (uint32_t i = 0; i < count && ok; i++) {
        ok = read_entries(l, &files[i], err);
    }
    return ok;
}
