#include "checker/base/fs.h"
#include "checker/lsp/server.h"
#include "checker/rule/rule.h"

// Answers from the last result: rules and threads under the cursor, suppressions, lenses over the
// functions that threads run.

struct spot {
    const char *path;
    struct str text;
    uint32_t line; // 1-based
    uint32_t col;  // 1-based byte
};

static struct spot spot_of(struct server *s, const cJSON *params) {
    const cJSON *position = cJSON_GetObjectItemCaseSensitive(params, "position");
    struct spot spot = {.path = document_path(s, params)};
    if (!spot.path) {
        return spot;
    }
    struct position at = {(uint32_t)member_number(position, "line"),
                          (uint32_t)member_number(position, "character")};
    spot.text = diagnostics_text(s, str_from(spot.path));
    size_t here = text_offset(spot.text, at, s->encoding);
    size_t start = text_offset(spot.text, (struct position){at.line, 0}, s->encoding);
    spot.line = at.line + 1;
    spot.col = (uint32_t)(here - start) + 1;
    return spot;
}

static bool is_at(struct server *s, const struct folder *f, const cJSON *item, const char *path,
                  uint32_t line) {
    struct str file = member_text(item, "file");
    return member_number(item, "line") == line && file.len &&
           str_eq(str_from(diagnostics_path(s, f, file.ptr)), str_from(path));
}

// --- hover ---

static bool is_id_char(char c) {
    return (c >= 'a' && c <= 'z') || c == '-';
}

// The rule whose id stands at the spot, as in a suppression.
static const struct rule_entry *rule_at(const struct spot *spot) {
    struct str line = text_line(spot->text, spot->line - 1);
    size_t from = spot->col - 1 < line.len ? spot->col - 1 : line.len;
    size_t to = from;
    while (from > 0 && is_id_char(line.ptr[from - 1])) {
        from--;
    }
    while (to < line.len && is_id_char(line.ptr[to])) {
        to++;
    }
    struct str word = str_slice(line, from, to);
    if (str_starts(word, STR("threadlint-"))) {
        word = str_slice(word, 11, word.len);
    }
    size_t index = 0;
    return rule_find(word, &index) ? &rule_table[index] : NULL;
}

static void add_rule(struct buf *out, struct str id) {
    size_t index = 0;
    if (rule_find(id, &index)) {
        buf_addf(out, "**%s**: %s\n\n%s\n\n", rule_table[index].rule->id,
                 rule_table[index].rule->summary, rule_table[index].doc);
    }
}

static void add_end(struct buf *out, const cJSON *thread) {
    struct str end = member_text(thread, "end");
    struct str file = member_text(thread, "endFile");
    buf_add(out, end);
    if (file.len && member_number(thread, "endLine")) {
        buf_addf(out, " at " STR_FMT ":%lld", STR_ARG(file),
                 (long long)member_number(thread, "endLine"));
    }
}

static void add_threads(struct server *s, const struct folder *f, const struct spot *spot,
                        struct buf *out) {
    const cJSON *t = NULL;
    cJSON_ArrayForEach(t, cJSON_GetObjectItemCaseSensitive(f->result, "threads")) {
        if (is_at(s, f, t, spot->path, spot->line)) {
            struct str handle = member_text(t, "handle");
            buf_addf(out, "Starts %s thread `" STR_FMT "`",
                     cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(t, "many")) ? "many times the"
                                                                               : "the",
                     STR_ARG(member_text(t, "entry")));
            if (handle.len) {
                buf_addf(out, ", handle in `" STR_FMT "`", STR_ARG(handle));
            }
            buf_add_c(out, "; how it ends: ");
            add_end(out, t);
            buf_add_c(out, ".\n\n");
        }
    }
}

// "started at 2 places (src/a.c:40, src/b.c:7); ends: joined at src/a.c:50"
static uint32_t describe_entry(const struct folder *f, struct str name, struct buf *out) {
    uint32_t count = 0;
    const cJSON *t = NULL;
    cJSON_ArrayForEach(t, cJSON_GetObjectItemCaseSensitive(f->result, "threads")) {
        if (str_eq(member_text(t, "entry"), name)) {
            buf_addf(out, "%s" STR_FMT ":%lld", count++ ? "; " : "thread started at ",
                     STR_ARG(member_text(t, "file")), (long long)member_number(t, "line"));
            buf_add_c(out, ", ");
            add_end(out, t);
        }
    }
    return count;
}

static void add_entry(struct server *s, const struct folder *f, const struct spot *spot,
                      struct buf *out) {
    const cJSON *fn = NULL;
    cJSON_ArrayForEach(fn, cJSON_GetObjectItemCaseSensitive(f->result, "functions")) {
        if (is_at(s, f, fn, spot->path, spot->line) &&
            describe_entry(f, member_text(fn, "name"), out)) {
            buf_add_c(out, "\n\n");
        }
    }
}

static void add_findings(struct server *s, const struct folder *f, const struct spot *spot,
                         struct buf *out) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(f->result, "findings")) {
        bool is_inside = is_at(s, f, item, spot->path, spot->line) &&
                         member_number(item, "column") <= spot->col &&
                         member_number(item, "endColumn") >= spot->col;
        if (is_inside) {
            add_rule(out, member_text(item, "rule"));
        }
    }
}

void feature_hover(struct server *s, struct json *j, const cJSON *params) {
    struct spot spot = spot_of(s, params);
    struct buf text;
    buf_init(&text, 1 << 20);
    const struct rule_entry *rule = spot.path ? rule_at(&spot) : NULL;
    if (rule) {
        add_rule(&text, str_from(rule->rule->id));
    }
    for (uint32_t i = 0; i < s->folders.len && spot.path; i++) {
        const struct folder *f = &s->folders.data[i];
        if (f->is_open && f->result) {
            add_threads(s, f, &spot, &text);
            add_entry(s, f, &spot, &text);
            add_findings(s, f, &spot, &text);
        }
    }
    if (text.len) {
        json_object_begin(j);
        json_key(j, "contents");
        json_object_begin(j);
        json_key_c(j, "kind", "markdown");
        json_key_str(j, "value", buf_str(&text));
        json_object_end(j);
        json_object_end(j);
    } else {
        json_null(j);
    }
    buf_release(&text);
}

// --- code actions ---

static struct str indentation(struct str line) {
    size_t len = 0;
    while (len < line.len && (line.ptr[len] == ' ' || line.ptr[len] == '\t')) {
        len++;
    }
    return str_slice(line, 0, len);
}

static void put_copy(struct json *j, const cJSON *diagnostic) {
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(diagnostic, "range");
    json_object_begin(j);
    json_key(j, "range");
    json_object_begin(j);
    static const char *const ends[] = {"start", "end"};
    for (int i = 0; i < 2; i++) {
        const cJSON *at = cJSON_GetObjectItemCaseSensitive(range, ends[i]);
        json_key(j, ends[i]);
        json_object_begin(j);
        json_key_int(j, "line", member_number(at, "line"));
        json_key_int(j, "character", member_number(at, "character"));
        json_object_end(j);
    }
    json_object_end(j);
    json_key_str(j, "message", member_text(diagnostic, "message"));
    json_key_str(j, "code", member_text(diagnostic, "code"));
    json_key_c(j, "source", "threadlint");
    json_object_end(j);
}

// An edit that puts a suppression on a line of its own above the finding.
static void put_suppression(struct json *j, struct str uri, struct str text,
                            const cJSON *diagnostic, uint32_t line) {
    struct str rule = member_text(diagnostic, "code");
    struct str indent = indentation(text_line(text, line));
    char title[200];
    (void)snprintf(title, sizeof title, "Suppress " STR_FMT " here", STR_ARG(rule));
    json_object_begin(j);
    json_key_c(j, "title", title);
    json_key_c(j, "kind", "quickfix");
    json_key(j, "diagnostics");
    json_array_begin(j);
    put_copy(j, diagnostic);
    json_array_end(j);
    json_key(j, "edit");
    json_object_begin(j);
    json_key(j, "changes");
    json_object_begin(j);
    json_key(j, uri.ptr);
    json_array_begin(j);
    json_object_begin(j);
    json_key(j, "range");
    json_object_begin(j);
    for (int i = 0; i < 2; i++) {
        json_key(j, i ? "end" : "start");
        json_object_begin(j);
        json_key_int(j, "line", line);
        json_key_int(j, "character", 0);
        json_object_end(j);
    }
    json_object_end(j);
    struct buf comment;
    buf_init(&comment, 1 << 16);
    buf_addf(&comment, STR_FMT "// NOLINTNEXTLINE(threadlint-" STR_FMT "): reason\n",
             STR_ARG(indent), STR_ARG(rule));
    json_key_str(j, "newText", buf_str(&comment));
    buf_release(&comment);
    json_object_end(j);
    json_array_end(j);
    json_object_end(j);
    json_object_end(j);
    json_object_end(j);
}

void feature_code_action(struct server *s, struct json *j, const cJSON *params) {
    const cJSON *context = cJSON_GetObjectItemCaseSensitive(params, "context");
    const cJSON *document = cJSON_GetObjectItemCaseSensitive(params, "textDocument");
    const char *path = document_path(s, params);
    const cJSON *d = NULL;
    struct str text = path ? diagnostics_text(s, str_from(path)) : (struct str){0};
    json_array_begin(j);
    cJSON_ArrayForEach(d, cJSON_GetObjectItemCaseSensitive(context, "diagnostics")) {
        const cJSON *range = cJSON_GetObjectItemCaseSensitive(d, "range");
        int64_t line = member_number(cJSON_GetObjectItemCaseSensitive(range, "start"), "line");
        bool is_ours = str_eq(member_text(d, "source"), STR("threadlint")) &&
                       rule_find(member_text(d, "code"), NULL);
        if (path && is_ours && line >= 0 && line < text_line_count(text)) {
            put_suppression(j, member_text(document, "uri"), text, d, (uint32_t)line);
        }
    }
    json_array_end(j);
}

// --- code lenses ---

static void put_lenses(struct server *s, const struct folder *f, struct json *j, const char *path,
                       struct str text) {
    const cJSON *fn = NULL;
    cJSON_ArrayForEach(fn, cJSON_GetObjectItemCaseSensitive(f->result, "functions")) {
        uint32_t line = (uint32_t)member_number(fn, "line");
        struct buf title;
        buf_init(&title, 4096);
        if (is_at(s, f, fn, path, line) && describe_entry(f, member_text(fn, "name"), &title)) {
            json_object_begin(j);
            json_key(j, "range");
            diagnostics_range(s, j, text, line, 0, 0);
            json_key(j, "command");
            json_object_begin(j);
            json_key_str(j, "title", buf_str(&title));
            json_key_c(j, "command", ""); // only to be read
            json_object_end(j);
            json_object_end(j);
        }
        buf_release(&title);
    }
}

void feature_code_lens(struct server *s, struct json *j, const cJSON *params) {
    const char *path = document_path(s, params);
    json_array_begin(j);
    for (uint32_t i = 0; i < s->folders.len && path; i++) {
        const struct folder *f = &s->folders.data[i];
        if (f->is_open && f->result) {
            put_lenses(s, f, j, path, diagnostics_text(s, str_from(path)));
        }
    }
    json_array_end(j);
}
