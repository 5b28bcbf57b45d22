#include "checker/drive/fixer.h"

#include "checker/base/edit.h"
#include "checker/base/fs.h"
#include "checker/base/log.h"

enum { MAX_FILE = 64 << 20 };

struct fixer {
    struct project *project;
    const struct load *load;
    struct sources *sources;
    struct finding_list *findings;
    bool *chosen;      // [findings]: its edit is to be made
    uint32_t unsafe;   // not made because they are
    uint32_t overlaps; // not made because of another one
    uint32_t made;
    uint32_t files;
};

static bool is_offered(const struct finding *f) {
    return f->fix.kind && !f->suppressed && !f->known && !f->partial;
}

static void choose(struct fixer *x) {
    for (uint32_t i = 0; i < x->findings->items.len; i++) {
        const struct finding *f = &x->findings->items.data[i];
        bool is_allowed = fix_is_safe(&f->fix) || x->project->cli->fix_unsafe;
        x->chosen[i] = is_offered(f) && is_allowed;
        x->unsafe += is_offered(f) && !is_allowed;
    }
}

// The text is what every translation unit read.
static bool is_analysed(const struct load *load, struct str path, struct str text) {
    struct hash128 content = hash128(text.ptr, text.len);
    bool is_seen = false;
    for (uint32_t i = 0; i < load->count; i++) {
        const struct facts *f = load->tus[i].facts;
        for (uint32_t k = 1; f && k < f->files.len; k++) {
            const struct ir_file *file = &f->files.data[k];
            if (str_eq(facts_text(f, file->path), path)) {
                is_seen = true;
                if (!hash128_eq(file->content, content)) {
                    return false;
                }
            }
        }
    }
    return is_seen;
}

static void unchoose(void *ctx, uint32_t finding) {
    struct fixer *x = ctx;
    x->chosen[finding] = false;
    x->overlaps++;
}

static struct edit edit_of(const struct finding *f, struct str text, uint32_t id) {
    size_t line = edits_line_start(text, f->fix.place.line);
    size_t end = str_find_char(text, '\n', line);
    struct edit e = {line + f->fix.place.col - 1, line + f->fix.place.end_col - 1, f->fix.text, id};
    if (f->fix.whole_line) {
        e.from = line;
        e.to = end == SIZE_MAX ? text.len : end + 1;
    }
    return e;
}

static bool drop_file(struct fixer *x, struct str path) {
    for (uint32_t i = 0; i < x->findings->items.len; i++) {
        if (x->chosen[i] && str_eq(x->findings->items.data[i].fix.place.file, path)) {
            x->chosen[i] = false;
        }
    }
    notes_add(&x->project->notes, "fix-skipped", LEVEL_WARNING, (struct place){.file = path},
              "'" STR_FMT "' has changed since it was analysed and is left as it is; run again",
              STR_ARG(path));
    return true;
}

static void show_diff(const struct edit_list *edits, struct str path, struct str text) {
    struct buf diff;
    buf_init(&diff, SIZE_MAX / 4);
    edits_diff(edits, path, text, &diff);
    (void)fwrite(buf_c(&diff), 1, diff.len, stdout);
    buf_release(&diff);
}

// The edits of one file, `first` the first finding that has one.
static bool fix_file(struct fixer *x, uint32_t first, bool *seen, struct error *err) {
    struct arena *arena = x->project->arena;
    struct edit_list edits = {.arena = arena};
    struct str path = x->findings->items.data[first].fix.place.file;
    const char *full = fs_join(arena, x->project->root, path);
    struct str text = {0};
    for (uint32_t i = first; i < x->findings->items.len; i++) {
        seen[i] = seen[i] || str_eq(x->findings->items.data[i].fix.place.file, path);
    }
    if (!fs_read(arena, full, MAX_FILE, &text, err)) {
        return false;
    }
    // the edits were made for the text that the findings were finished with
    if (!is_analysed(x->load, path, text) || !str_eq(text, sources_text(x->sources, path))) {
        return drop_file(x, path);
    }
    for (uint32_t i = first; i < x->findings->items.len; i++) {
        const struct finding *f = &x->findings->items.data[i];
        if (x->chosen[i] && str_eq(f->fix.place.file, path)) {
            vec_push(arena, &edits.items, edit_of(f, text, i));
        }
    }
    edits_settle(&edits, unchoose, x);
    x->files++;
    if (x->project->cli->fix_dry_run) {
        show_diff(&edits, path, text);
        return true;
    }
    return fs_replace(full, edits_apply(&edits, text), err);
}

// Takes out what is mended.
static void keep_rest(struct fixer *x) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < x->findings->items.len; i++) {
        if (!x->chosen[i] || x->project->cli->fix_dry_run) {
            x->findings->items.data[kept++] = x->findings->items.data[i];
        }
        x->made += x->chosen[i];
    }
    x->findings->items.len = kept;
}

static const char *plural(uint32_t count) {
    return count == 1 ? "" : "s";
}

static void tell(const struct fixer *x) {
    const struct cli *cli = x->project->cli;
    if (cli->quiet) {
        return;
    }
    log_message(LOG_INFO, "%s %u finding%s in %u file%s",
                cli->fix_dry_run ? "would mend" : "mended", x->made, plural(x->made), x->files,
                plural(x->files));
    if (x->unsafe) {
        log_message(LOG_INFO, "%u more edit%s may change what the program does: --fix-unsafe",
                    x->unsafe, plural(x->unsafe));
    }
    if (x->overlaps) {
        log_message(LOG_INFO, "%u edit%s would overlap another one; run again", x->overlaps,
                    plural(x->overlaps));
    }
}

bool fixer_run(struct project *project, const struct load *load, struct sources *sources,
               struct finding_list *findings, struct error *err) {
    uint32_t count = findings->items.len;
    struct fixer x = {project, load, sources, findings, NULL, 0, 0, 0, 0};
    bool *seen = ARENA_ARRAY(project->arena, bool, count + 1);
    x.chosen = ARENA_ARRAY(project->arena, bool, count + 1);
    choose(&x);
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++) {
        if (x.chosen[i] && !seen[i]) {
            ok = fix_file(&x, i, seen, err);
        }
    }
    if (ok) {
        keep_rest(&x);
        tell(&x);
    }
    return ok;
}
