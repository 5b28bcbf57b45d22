#include "checker/drive/load.h"

// Cache look-ups first (load_open), then the rest goes to the workers (load_read); their answers
// are unpacked here while they parse on. Everything is stored by the command's index, so the order
// of answers changes nothing.

#include "checker/base/fs.h"
#include "checker/drive/cache.h"
#include "checker/drive/worker.h"
#include "checker/front/share.h"
#include "checker/ir/pack.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

// --- answers ---

__attribute__((format(printf, 3, 4))) static void fail(struct load *l, uint32_t index,
                                                       const char *format, ...);

static void fail(struct load *l, uint32_t index, const char *format, ...) {
    char text[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct str file = l->tus[index].file;
    l->tus[index].failure =
        notes_format(l->project->arena, STR_FMT ": skipped: %s", STR_ARG(file), text);
    l->failed++;
}

bool load_has_errors(const struct facts *f) {
    for (uint32_t i = 0; i < f->diags.len; i++) {
        if (f->diags.data[i].severity >= 3) {
            return true;
        }
    }
    return false;
}

// Keeps the facts of a packed answer; false with `err` when it cannot be unpacked.
static bool accept(struct load *l, uint32_t index, struct str packed, struct error *err) {
    struct arena *arena = l->project->arena;
    struct arena_mark mark = arena_mark(arena);
    struct facts *f = ARENA_NEW(arena, struct facts);
    if (!ir_unpack(packed.ptr, packed.len, arena, f, err)) {
        arena_reset(arena, mark);
        return false;
    }
    l->tus[index].facts = f;
    l->tus[index].has_errors = load_has_errors(f);
    l->with_errors += l->tus[index].has_errors;
    if (l->keep_packed) {
        l->tus[index].packed = str_make(arena_copy(arena, packed.ptr, packed.len), packed.len);
    }
    return true;
}

static void on_ok(struct load *l, uint32_t index, struct str packed) {
    struct error err = {0};
    if (!accept(l, index, packed, &err)) {
        fail(l, index, "its facts are damaged (%s); this is a bug of threadlint", err.text);
        return;
    }
    l->parsed++;
    struct load_tu *tu = &l->tus[index];
    tu->has_content = l->cache && cache_put(l->cache, &l->project->cmds.data[index], tu->facts,
                                            packed, &tu->content);
}

static const char *signal_hint(int code) {
    return code == 11  ? "segmentation fault: code nested too deeply, perhaps"
           : code == 9 ? "killed: by the system for lack of memory, perhaps"
                       : "a crash";
}

// The reason without the path it begins with: the note names the file already.
static struct str without_path(const struct load *l, uint32_t index, struct str reason) {
    struct str file = l->project->cmds.data[index].file;
    bool has_path =
        str_starts(reason, file) && str_starts(str_slice(reason, file.len, reason.len), STR(": "));
    return has_path ? str_slice(reason, file.len + 2, reason.len) : reason;
}

static void on_lost(struct load *l, uint32_t index, const struct worker_result *r) {
    const struct cli *cli = l->project->cli;
    switch (r->outcome) {
    case WORKER_FAILED:
        fail(l, index, STR_FMT, STR_ARG(without_path(l, index, r->data)));
        break;
    case WORKER_SIGNAL:
        fail(l, index,
             "libclang ended with signal %d (%s); run with -v to see its messages, or exclude the "
             "file",
             r->code, signal_hint(r->code));
        break;
    case WORKER_MEMORY:
        fail(l, index, "reading it takes more than %u MiB of memory; raise --tu-memory",
             cli->tu_memory);
        break;
    case WORKER_TIMEOUT:
        fail(l, index, "not read within %u seconds; raise --tu-timeout", cli->tu_timeout);
        break;
    case WORKER_GARBAGE:
        fail(l, index,
             "its worker process answered nonsense and was ended; run again, with -v to see "
             "messages");
        break;
    case WORKER_EXIT:
    case WORKER_OK:
        fail(l, index,
             "libclang ended the process with exit code %d; run with -v to see its messages",
             r->code);
        break;
    }
}

static void on_result(void *ctx, uint32_t index, const struct worker_result *r) {
    struct load *l = ctx;
    l->peak_kib = r->peak_kib > l->peak_kib ? r->peak_kib : l->peak_kib;
    if (r->outcome == WORKER_OK) {
        on_ok(l, index, r->data);
    } else {
        on_lost(l, index, r);
    }
    if (l->progress) {
        progress_step(l->progress, l->tus[index].file);
    }
}

// --- running ---

static uint32_t default_jobs(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (uint32_t)n;
}

static void open_cache(struct load *l) {
    const struct project *p = l->project;
    const struct cli *cli = p->cli;
    // One file with its flags is a quick question, and should not leave a directory behind.
    bool has_cache = p->database.len || cli->cache_dir || cli->command == CLI_LAUNCH;
    if (l->no_cache || cli->no_cache || !has_cache) {
        return;
    }
    const struct cache_options options = {
        .dir = cli->cache_dir ? fs_join(p->arena, p->cwd, str_from(cli->cache_dir))
                              : fs_join(p->arena, p->root, STR(".threadlint")),
        .root = p->root,
        .front_version = worker_front_version(p->arena),
        .max_bytes = cli->cache_size << 20,
        .unsaved = p->unsaved,
        .unsaved_count = p->unsaved_count,
        .quiet = cli->quiet,
        .verbose = cli->verbose,
    };
    l->cache = cache_open(p->arena, &options);
}

void load_open(struct load *l) {
    struct project *p = l->project;
    double start = progress_now();
    l->count = p->cmds.len;
    l->tus = ARENA_ARRAY(p->arena, struct load_tu, l->count);
    open_cache(l);
    for (uint32_t i = 0; i < l->count; i++) {
        struct load_tu *tu = &l->tus[i];
        tu->file = project_relative(p, p->cmds.data[i].file);
        tu->cached = l->cache && cache_find(l->cache, &p->cmds.data[i], &tu->entry);
        tu->content = tu->entry.content;
        tu->has_content = tu->cached;
        l->cached += tu->cached;
    }
    l->seconds = progress_now() - start;
}

bool load_contents_known(const struct load *l) {
    for (uint32_t i = 0; i < l->count; i++) {
        if (!l->tus[i].has_content) {
            return false;
        }
    }
    return l->cache != NULL;
}

// Takes the TU from the cache; false when it must be parsed.
static bool take_cached(struct load *l, uint32_t index) {
    struct load_tu *tu = &l->tus[index];
    struct str packed = {0};
    struct error err = {0};
    if (!tu->cached) {
        return false;
    }
    bool ok = cache_load(l->cache, &tu->entry, &packed);
    if (ok && !accept(l, index, packed, &err)) {
        cache_drop(l->cache, &tu->entry);
        ok = false;
    }
    if (!ok) {
        tu->cached = tu->has_content = false;
        l->cached--;
    } else if (l->progress) {
        progress_step(l->progress, tu->file);
    }
    return ok;
}

// A directory for headers that several commands share; NULL when there is nothing to gain from it.
static char *share_headers(const struct load *l, const uint32_t *todo, uint32_t count) {
    struct project *p = l->project;
    char *dir = count > 1 && !p->unsaved_count && !p->cli->no_share ? fs_temp_dir(p->arena) : NULL;
    if (dir) {
        share_plan(p->arena, p->cmds.data, todo, count, str_from(dir));
    }
    return dir;
}

bool load_read(struct load *l, struct error *err) {
    struct project *p = l->project;
    double start = progress_now();
    VEC(uint32_t) todo = {0};
    for (uint32_t i = 0; i < l->count; i++) {
        if (!take_cached(l, i)) {
            vec_push(p->arena, &todo, i);
        }
    }
    char *shared = share_headers(l, todo.data, todo.len);
    const struct worker_job job = {
        .cmds = p->cmds.data,
        .todo = todo.data,
        .todo_count = todo.len,
        .front = {.root = p->root, .unsaved = p->unsaved, .unsaved_count = p->unsaved_count},
        .jobs = p->cli->jobs ? p->cli->jobs : default_jobs(),
        .timeout = p->cli->tu_timeout,
        .memory = p->cli->tu_memory,
        .verbose = p->cli->verbose,
        .ctx = l,
        .on_result = on_result,
    };
    bool ok = !todo.len || worker_run(&job, err);
    if (shared) {
        fs_remove_dir(p->arena, shared);
    }
    if (l->cache) {
        cache_flush(l->cache);
    }
    l->seconds += progress_now() - start;
    return ok;
}

void load_close(struct load *l) {
    cache_close(l->cache);
    l->cache = NULL;
}

bool load_run(struct load *l, struct error *err) {
    load_open(l);
    bool ok = load_read(l, err);
    load_close(l);
    return ok;
}

bool load_is_complete(const struct load *l) {
    return !l->failed && !l->with_errors && !l->project->skipped.len;
}

// --- notes ---

// One complaint about code, told once however many TUs have it.
struct complaint {
    struct place place;
    struct str text;
    struct str main_file;
    uint8_t severity;
    uint32_t errors; // in the first TU
    uint32_t tus;
};

struct complaints {
    struct arena *arena;
    struct map index; // hash of place and text
    VEC(struct complaint) items;
};

static const struct ir_diag *worst_diag(const struct facts *f, uint32_t *ret_count) {
    const struct ir_diag *worst = NULL;
    for (uint32_t i = 0; i < f->diags.len; i++) {
        const struct ir_diag *d = &f->diags.data[i];
        *ret_count += d->severity >= 3;
        if (d->severity >= 3 && (!worst || d->severity > worst->severity)) {
            worst = d;
        }
    }
    return worst;
}

static void complain(struct complaints *c, const struct facts *f) {
    uint32_t errors = 0;
    const struct ir_diag *d = worst_diag(f, &errors);
    const struct ir_loc *at = &f->locs.data[d->loc.v];
    struct complaint x = {
        .place = {.file = facts_text(f, f->files.data[at->file.v].path),
                  .line = at->line,
                  .col = at->col},
        .text = facts_text(f, d->text),
        .main_file = facts_text(f, f->main_file),
        .severity = d->severity,
        .errors = errors,
        .tus = 1,
    };
    uint64_t key = hash_mix(hash64(x.place.file.ptr, x.place.file.len, x.place.line),
                            hash64(x.text.ptr, x.text.len, 0));
    uint32_t present = 0;
    if (map_get(&c->index, key, &present)) {
        c->items.data[present].tus++;
        return;
    }
    map_put(&c->index, key, c->items.len);
    vec_push(c->arena, &c->items, x);
}

static void add_complaint(struct notes *notes, const struct complaint *c) {
    char others[64] = "";
    char more[64] = "";
    if (c->tus > 1) {
        (void)snprintf(others, sizeof others, " and %u other file%s", c->tus - 1,
                       c->tus == 2 ? "" : "s");
    }
    if (c->errors > 1) {
        (void)snprintf(more, sizeof more, " (%u more error%s)", c->errors - 1,
                       c->errors == 2 ? "" : "s");
    }
    const char *hint =
        cache_names_missing_file(c->text)
            ? "run the build if it makes that header, or add its directory with -I"
            : "if the compiler accepts it, check the command in the compile database";
    notes_add(notes, "file-partial", LEVEL_ERROR, c->place,
              STR_FMT "%s: read incompletely: " STR_FMT "%s; %s", STR_ARG(c->main_file), others,
              STR_ARG(c->text), more, hint);
}

void load_add_notes(struct load *l) {
    struct notes *notes = &l->project->notes;
    struct complaints c = {.arena = l->project->arena};
    map_init(&c.index, c.arena);
    for (uint32_t i = 0; i < l->count; i++) {
        const struct load_tu *tu = &l->tus[i];
        if (!tu->facts) {
            notes_add(notes, "file-skipped", LEVEL_ERROR, (struct place){.file = tu->file}, STR_FMT,
                      STR_ARG(tu->failure));
        } else if (tu->has_errors) {
            complain(&c, tu->facts);
        }
    }
    for (uint32_t i = 0; i < c.items.len; i++) {
        add_complaint(notes, &c.items.data[i]);
    }
}
