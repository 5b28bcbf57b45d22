// results: one object per finding, with what is related and one thread flow per thread, the thread
// of the finding first, because viewers show that one.
#include "checker/base/buf.h"
#include "checker/base/utf.h"

#include "reports/sarif_private.h"

enum { MAX_LINK_TEXT = 1 << 16 };

void sarif_message(struct sarif *s, const char *key, struct str text) {
    char last = text.len ? text.ptr[text.len - 1] : '.';
    if (last != '.' && last != '!' && last != '?') {
        char *copy = arena_alloc(&s->arena, 1, text.len + 2);
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '.';
        text = str_make(copy, text.len + 1);
    }
    json_key(&s->json, key);
    json_object_begin(&s->json);
    json_key_str(&s->json, "text", text);
    json_object_end(&s->json);
}

struct str sarif_uri(struct sarif *s, struct str path, bool is_dir) {
    bool is_absolute = str_starts(path, STR("/"));
    struct buf b;
    buf_init(&b, 3 * path.len + 16);
    buf_add_c(&b, is_absolute ? "file://" : "");
    buf_add_uri(&b, path);
    if (is_absolute && is_dir && !str_ends(path, STR("/"))) {
        buf_add_char(&b, '/');
    }
    struct str all = buf_str(&b);
    all = str_make(arena_copy(&s->arena, all.ptr ? all.ptr : "", all.len), all.len);
    buf_release(&b);
    return all;
}

void sarif_artifact_location(struct sarif *s, struct str file) {
    struct json *j = &s->json;
    uint32_t index = 0;
    json_object_begin(j);
    json_key_str(j, "uri", sarif_uri(s, file, false));
    if (!str_starts(file, STR("/"))) {
        json_key_c(j, "uriBaseId", "SRCROOT");
    }
    if (map_get(&s->files, hash64(file.ptr, file.len, 0), &index)) {
        json_key_int(j, "index", index);
    }
    json_object_end(j);
}

static void put_snippet(struct json *j, struct str text) {
    if (text.len) {
        json_key(j, "snippet");
        json_object_begin(j);
        json_key_str(j, "text", text);
        json_object_end(j);
    }
}

void sarif_physical_location(struct sarif *s, struct place place, bool with_text) {
    struct json *j = &s->json;
    struct str line = report_line(s->report, place);
    uint32_t end = report_end_col(place, line);
    size_t from = place.col ? place.col - 1 : 0;
    json_key(j, "physicalLocation");
    json_object_begin(j);
    json_key(j, "artifactLocation");
    sarif_artifact_location(s, place.file);
    json_key(j, "region");
    json_object_begin(j);
    json_key_int(j, "startLine", place.line ? place.line : 1);
    if (place.col) {
        size_t units = line.len ? utf_units16(line, from) : from;
        size_t end_units = line.len ? utf_units16(line, end - 1) : end - 1;
        json_key_int(j, "startColumn", (int64_t)units + 1);
        json_key_int(j, "endLine", place.line ? place.line : 1);
        json_key_int(j, "endColumn", (int64_t)(end_units > units ? end_units : units) + 1);
    }
    if (with_text) {
        put_snippet(j, place.col ? str_slice(line, from, end - 1) : line);
    }
    json_object_end(j);
    if (with_text && line.len && (from > 0 || end - 1 < line.len)) {
        json_key(j, "contextRegion");
        json_object_begin(j);
        json_key_int(j, "startLine", place.line);
        json_key_int(j, "endLine", place.line);
        put_snippet(j, line);
        json_object_end(j);
    }
    json_object_end(j);
}

static void put_location(struct sarif *s, struct place place, struct str text, int64_t id) {
    struct json *j = &s->json;
    json_object_begin(j);
    if (id) {
        json_key_int(j, "id", id);
    }
    if (place.file.len) {
        sarif_physical_location(s, place, false);
    }
    if (text.len) {
        sarif_message(s, "message", text);
    }
    json_object_end(j);
}

// "[text](id)", an embedded link to a related location.
static void add_link(struct buf *b, struct str text, uint32_t id) {
    buf_add_char(b, '[');
    for (size_t k = 0; k < text.len; k++) {
        char c = text.ptr[k];
        if (c == '[' || c == ']' || c == '\\') {
            buf_add_char(b, '\\');
        }
        buf_add_char(b, c);
    }
    buf_addf(b, "](%u)", id);
}

static bool is_linked_step(const struct finding_step *step) {
    return step->thread > 0 && step->place.line > 0;
}

// The last step of each other thread: viewers that show one thread only still lead to it.
static void add_thread_links(struct buf *b, const struct finding *f) {
    uint32_t id = f->related.len;
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        id += is_linked_step(step);
        bool is_last = is_linked_step(step);
        for (uint32_t k = i + 1; k < f->steps.len && is_last; k++) {
            is_last = f->steps.data[k].thread != step->thread || !is_linked_step(&f->steps.data[k]);
        }
        if (is_last) {
            bool has_name = step->thread < f->threads.len && f->threads.data[step->thread].len;
            buf_add_c(b, " In ");
            buf_add(b, has_name ? f->threads.data[step->thread] : STR("another thread"));
            buf_add_c(b, ": ");
            add_link(b, step->text, id);
            buf_add_char(b, '.');
        }
    }
}

// The message, then "See [text](1), [text](2)." for the related places and the end of other
// threads.
static void put_message(struct sarif *s, const struct finding *f) {
    struct buf b;
    buf_init(&b, MAX_LINK_TEXT);
    buf_add(&b, f->message);
    char last = f->message.len ? f->message.ptr[f->message.len - 1] : '.';
    if (last != '.' && last != '!' && last != '?') {
        buf_add_char(&b, '.');
    }
    for (uint32_t i = 0; i < f->related.len; i++) {
        buf_add_c(&b, i ? ", " : " See ");
        add_link(&b, f->related.data[i].text, i + 1);
    }
    buf_add_c(&b, f->related.len ? "." : "");
    add_thread_links(&b, f);
    sarif_message(s, "message", buf_str(&b));
    buf_release(&b);
}

static bool has_related(const struct finding *f) {
    bool has = f->related.len > 0;
    for (uint32_t i = 0; i < f->steps.len && !has; i++) {
        has = is_linked_step(&f->steps.data[i]);
    }
    return has;
}

static void put_related(struct sarif *s, const struct finding *f) {
    struct json *j = &s->json;
    int64_t id = 0;
    json_key(j, "relatedLocations");
    json_array_begin(j);
    for (uint32_t i = 0; i < f->related.len; i++) {
        put_location(s, f->related.data[i].place, f->related.data[i].text, ++id);
    }
    for (uint32_t i = 0; i < f->steps.len; i++) {
        const struct finding_step *step = &f->steps.data[i];
        if (is_linked_step(step)) {
            put_location(s, step->place, step->text, ++id);
        }
    }
    json_array_end(j);
}

// `order` is the place of the step among those of all threads, from 1.
static void put_step(struct sarif *s, const struct finding_step *step, uint32_t order) {
    struct json *j = &s->json;
    bool is_way = step->kind == STEP_NOTE || step->kind == STEP_BRANCH || step->kind == STEP_CALL ||
                  step->kind == STEP_RETURN;
    json_object_begin(j);
    json_key(j, "location");
    put_location(s, step->place, step->text, 0);
    json_key(j, "kinds");
    json_array_begin(j);
    json_str(j, str_from(step_kind_name(step->kind)));
    if (step->kind == STEP_ACQUIRE || step->kind == STEP_RELEASE) {
        json_str(j, STR("lock"));
    } else if (step->kind == STEP_CALL || step->kind == STEP_RETURN) {
        json_str(j, STR("function"));
    } else if (step->kind == STEP_ACCESS) {
        json_str(j, STR("memory"));
    }
    json_array_end(j);
    if (step->held.len) {
        json_key(j, "state");
        json_object_begin(j);
        json_key(j, "held");
        json_object_begin(j);
        json_key_str(j, "text", step->held);
        json_object_end(j);
        json_object_end(j);
    }
    json_key_int(j, "executionOrder", order);
    json_key_int(j, "nestingLevel", step->depth);
    json_key_c(j, "importance", is_way ? "important" : "essential");
    json_object_end(j);
}

static uint32_t steps_of(const struct finding *f, unsigned thread) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < f->steps.len; i++) {
        count += f->steps.data[i].thread == thread;
    }
    return count;
}

static void put_thread(struct sarif *s, const struct finding *f, unsigned thread) {
    struct json *j = &s->json;
    if (thread > 0 && !steps_of(f, thread)) {
        return;
    }
    char id[24];
    (void)snprintf(id, sizeof id, "thread %u", thread + 1);
    json_object_begin(j);
    json_key_c(j, "id", id);
    if (thread < f->threads.len && f->threads.data[thread].len) {
        sarif_message(s, "message", f->threads.data[thread]);
    }
    json_key(j, "locations");
    json_array_begin(j);
    uint32_t skip = sarif_limits_skip(steps_of(f, thread));
    for (uint32_t i = 0; i < f->steps.len; i++) {
        if (f->steps.data[i].thread != thread) {
            continue;
        }
        if (skip == 0) {
            put_step(s, &f->steps.data[i], i + 1);
        }
        skip -= skip > 0;
    }
    if (!steps_of(f, thread)) { // the finding itself is all there is of its thread
        struct finding_step own = {.place = f->place, .text = f->message, .kind = STEP_NOTE};
        put_step(s, &own, f->steps.len + 1);
    }
    json_array_end(j);
    json_object_end(j);
}

// The steps of all threads in the order of telling, each with the name of its thread: for viewers
// that show the first thread flow only.
static void put_merged(struct sarif *s, const struct finding *f) {
    struct json *j = &s->json;
    json_object_begin(j);
    json_key_c(j, "id", "all threads");
    json_key(j, "locations");
    json_array_begin(j);
    for (uint32_t i = sarif_limits_skip(f->steps.len); i < f->steps.len; i++) {
        struct finding_step step = f->steps.data[i];
        if (f->threads.len > 1 && step.thread < f->threads.len) {
            struct buf text;
            buf_init(&text, 1 << 16);
            buf_addf(&text, STR_FMT ": " STR_FMT, STR_ARG(f->threads.data[step.thread]),
                     STR_ARG(step.text));
            step.text = str_make(arena_copy(&s->arena, buf_c(&text), text.len), text.len);
            buf_release(&text);
        }
        put_step(s, &step, i + 1);
    }
    json_array_end(j);
    json_object_end(j);
}

static void put_flow(struct sarif *s, const struct finding *f) {
    struct json *j = &s->json;
    unsigned last = 0;
    for (uint32_t i = 0; i < f->steps.len; i++) {
        last = f->steps.data[i].thread > last ? f->steps.data[i].thread : last;
    }
    json_key(j, "codeFlows");
    json_array_begin(j);
    json_object_begin(j);
    json_key(j, "threadFlows");
    json_array_begin(j);
    for (unsigned thread = 0; !s->options->merged_flows && thread <= last; thread++) {
        put_thread(s, f, thread);
    }
    if (s->options->merged_flows) {
        put_merged(s, f);
    }
    json_array_end(j);
    json_object_end(j);
    json_array_end(j);
}

static void put_own_location(struct sarif *s, const struct finding *f) {
    struct json *j = &s->json;
    json_key(j, "locations");
    json_array_begin(j);
    json_object_begin(j);
    sarif_physical_location(s, f->place, true);
    if (f->function.len) {
        json_key(j, "logicalLocations");
        json_array_begin(j);
        json_object_begin(j);
        json_key_str(j, "fullyQualifiedName", f->function);
        json_key_c(j, "kind", "function");
        json_object_end(j);
        json_array_end(j);
    }
    json_object_end(j);
    json_array_end(j);
}

static void put_identity(struct sarif *s, const struct finding *f) {
    struct json *j = &s->json;
    char hash[40];
    char hex[33];
    hash128_hex(f->fingerprint, hex);
    json_key(j, "partialFingerprints");
    json_object_begin(j);
    if (sarif_line_hash(s, f->place, hash)) {
        json_key_c(j, "primaryLocationLineHash", hash);
    }
    json_key_c(j, "threadlint/v1", hex);
    json_object_end(j);
    if (s->report->has_baseline) {
        json_key_c(j, "baselineState", f->known ? "unchanged" : "new");
    }
    if (!s->options->with_suppressed) {
        return;
    }
    json_key(j, "suppressions"); // all results have it or none
    json_array_begin(j);
    if (f->suppressed) {
        json_object_begin(j);
        json_key_c(j, "kind", "inSource");
        json_key_c(j, "status", "accepted");
        if (f->suppression.len) {
            json_key_str(j, "justification", f->suppression);
        }
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_fix(struct sarif *s, const struct finding_fix *fix) {
    struct json *j = &s->json;
    struct str line = report_line(s->report, fix->place);
    json_key(j, "fixes");
    json_array_begin(j);
    json_object_begin(j);
    sarif_message(s, "description", str_from(fix_description(fix)));
    json_key(j, "artifactChanges");
    json_array_begin(j);
    json_object_begin(j);
    json_key(j, "artifactLocation");
    sarif_artifact_location(s, fix->place.file);
    json_key(j, "replacements");
    json_array_begin(j);
    json_object_begin(j);
    json_key(j, "deletedRegion");
    json_object_begin(j);
    json_key_int(j, "startLine", fix->place.line);
    json_key_int(j, "startColumn", (int64_t)utf_units16(line, fix->place.col - 1) + 1);
    json_key_int(j, "endLine", (int64_t)fix->place.line + fix->whole_line);
    json_key_int(j, "endColumn",
                 fix->whole_line ? 1 : (int64_t)utf_units16(line, fix->place.end_col - 1) + 1);
    json_object_end(j);
    json_key(j, "insertedContent");
    json_object_begin(j);
    json_key_str(j, "text", fix->text);
    json_object_end(j);
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    json_array_end(j);
    json_key(j, "properties");
    json_object_begin(j);
    json_key_bool(j, "safe", fix_is_safe(fix));
    json_object_end(j);
    json_object_end(j);
    json_array_end(j);
}

static void put_result(struct sarif *s, const struct finding *f) {
    struct json *j = &s->json;
    size_t index = 0;
    json_object_begin(j);
    json_key_c(j, "ruleId", f->rule->id);
    if (rule_find(str_from(f->rule->id), &index)) {
        json_key_int(j, "ruleIndex", s->rule_index[index]);
    }
    json_key_c(j, "kind", "fail");
    json_key_c(j, "level", level_name((enum level)f->level));
    put_message(s, f);
    put_own_location(s, f);
    if (has_related(f)) {
        put_related(s, f);
    }
    if (f->steps.len) {
        put_flow(s, f);
    }
    put_identity(s, f);
    if (f->fix.kind) {
        put_fix(s, &f->fix);
    }
    json_key(j, "properties");
    json_object_begin(j);
    json_key_str(j, "subject", f->subject);
    json_key_bool(j, "partial", f->partial);
    if (f->confirmed.len) {
        json_key_str(j, "confirmed", f->confirmed);
    }
    json_object_end(j);
    json_object_end(j);
}

void sarif_results(struct sarif *s) {
    json_key(&s->json, "results");
    json_array_begin(&s->json);
    for (uint32_t i = 0; i < s->report->findings->items.len; i++) {
        const struct finding *f = &s->report->findings->items.data[i];
        if (sarif_limits_take(s, f)) {
            struct arena_mark mark = arena_mark(&s->arena);
            put_result(s, f);
            arena_reset(&s->arena, mark);
        }
    }
    json_array_end(&s->json);
}
