// Code actions over the diagnostics of a place (mend it, suppress it, accept it in the baseline,
// read about it), all fixes of a file at once, and the commands some actions run.
#include "checker/base/fs.h"
#include "checker/lsp/server.h"
#include "checker/rule/baseline.h"
#include "checker/rule/rule.h"
#include "reports/report.h"

#include <stdlib.h>

#define COMMAND_BASELINE "threadlint.addToBaseline"
#define COMMAND_OPEN     "threadlint.openDocumentation"

enum { MAX_BASELINE = 64 << 20, MAX_FIXES = 1000 };

const char *const feature_commands[] = {COMMAND_BASELINE, COMMAND_OPEN, NULL};

struct actions {
    struct server *server;
    struct json *json;
    const cJSON *params;
    const cJSON *only; // kinds that are wanted; NULL = all
    struct str uri;
    struct str path;
    struct str text;
};

// A kind is wanted when it, or a kind it is below, is asked for.
static bool is_wanted(const struct actions *a, struct str kind, bool by_default) {
    const cJSON *item = NULL;
    if (!a->only) {
        return by_default;
    }
    cJSON_ArrayForEach(item, a->only) {
        struct str only = cJSON_IsString(item) ? str_from(item->valuestring) : STR("?");
        bool is_below = str_starts(kind, only) && kind.len > only.len && kind.ptr[only.len] == '.';
        if (str_eq(kind, only) || is_below || !only.len) {
            return true;
        }
    }
    return false;
}

// --- edits ---

static void put_at(struct json *j, const char *key, const cJSON *at) {
    diagnostics_position(j, key, (uint32_t)member_number(at, "line"),
                         (uint32_t)member_number(at, "character"));
}

static void put_copy(struct json *j, const cJSON *diagnostic) {
    const cJSON *range = member(diagnostic, "range");
    json_object_begin(j);
    json_key(j, "range");
    json_object_begin(j);
    put_at(j, "start", member(range, "start"));
    put_at(j, "end", member(range, "end"));
    json_object_end(j);
    json_key_str(j, "message", member_text(diagnostic, "message"));
    json_key_str(j, "code", member_text(diagnostic, "code"));
    json_key_c(j, "source", "threadlint");
    json_object_end(j);
}

static void action_begin(struct json *j, const char *title, const char *kind,
                         const cJSON *diagnostic) {
    json_object_begin(j);
    json_key_c(j, "title", title);
    json_key_c(j, "kind", kind);
    if (diagnostic) {
        json_key(j, "diagnostics");
        json_array_begin(j);
        put_copy(j, diagnostic);
        json_array_end(j);
    }
}

static void edit_begin(const struct actions *a, struct str uri) {
    json_key(a->json, "edit");
    json_object_begin(a->json);
    json_key(a->json, "changes");
    json_object_begin(a->json);
    json_key(a->json, uri.ptr);
    json_array_begin(a->json);
}

static void edit_end(const struct actions *a) {
    json_array_end(a->json);
    json_object_end(a->json);
    json_object_end(a->json);
}

static void put_command(struct json *j, const char *title, const char *command, struct str first,
                        struct str second) {
    json_key(j, "command");
    json_object_begin(j);
    json_key_c(j, "title", title);
    json_key_c(j, "command", command);
    json_key(j, "arguments");
    json_array_begin(j);
    json_str(j, first);
    if (second.len) {
        json_str(j, second);
    }
    json_array_end(j);
    json_object_end(j);
}

// --- fixes ---

// The finding of a diagnostic: by its fingerprint, or by rule and line when the client did not keep
// that.
static const cJSON *finding_of(const struct actions *a, const cJSON *diagnostic,
                               const struct folder **ret_folder) {
    struct str id = member_text(member(diagnostic, "data"), "fingerprint");
    int64_t line = member_number(member(member(diagnostic, "range"), "start"), "line") + 1;
    for (uint32_t i = 0; i < a->server->folders.len; i++) {
        const struct result_file *file = folder_file(&a->server->folders.data[i], a->path);
        for (uint32_t k = 0; file && k < file->findings.len; k++) {
            const cJSON *f = file->findings.data[k];
            bool is_same =
                id.len ? str_eq(id, member_text(f, "fingerprint"))
                       : member_number(f, "line") == line &&
                             str_eq(member_text(f, "rule"), member_text(diagnostic, "code"));
            if (is_same) {
                *ret_folder = &a->server->folders.data[i];
                return f;
            }
        }
    }
    return NULL;
}

// An edit is offered only for the very text that was looked at.
static bool is_current(const struct folder *f) {
    return folder_is_settled(f) && !f->has_failed;
}

static const cJSON *fix_of(const struct folder *f, const cJSON *finding) {
    return is_current(f) ? member(finding, "fix") : NULL;
}

static void put_fix(const struct actions *a, const struct text_lines *lines, const cJSON *fix) {
    struct json *j = a->json;
    uint32_t line = (uint32_t)member_number(fix, "line") - 1;
    uint32_t end = (uint32_t)member_number(fix, "endLine") - 1;
    size_t from = (size_t)member_number(fix, "column") - 1;
    size_t to = (size_t)member_number(fix, "endColumn") - 1;
    enum encoding encoding = a->server->encoding;
    json_object_begin(j);
    json_key(j, "range");
    json_object_begin(j);
    diagnostics_position(j, "start", line, text_units(text_lines_get(lines, line), from, encoding));
    diagnostics_position(j, "end", end, text_units(text_lines_get(lines, end), to, encoding));
    json_object_end(j);
    json_key_str(j, "newText", member_text(fix, "text"));
    json_object_end(j);
}

// The edit may be in another file than the finding.
static void put_fix_action(const struct actions *a, const cJSON *diagnostic,
                           const struct folder *folder, const cJSON *fix) {
    struct server *s = a->server;
    struct text_lines lines;
    struct buf uri;
    char title[200];
    struct str path = str_from(diagnostics_path(s, folder, member_text(fix, "file").ptr));
    const struct document *doc = documents_find(&s->documents, path);
    bool is_safe = member_true(fix, "safe");
    buf_init(&uri, 1 << 16);
    if (doc) {
        buf_add(&uri, buf_str(&doc->uri));
    } else {
        uri_add_path(&uri, path);
    }
    text_lines_init(&lines, &s->scratch, diagnostics_text(s, path));
    (void)snprintf(title, sizeof title, "Fix: " STR_FMT "%s",
                   STR_ARG(member_text(fix, "description")),
                   is_safe ? "" : " (look at what it changes)");
    action_begin(a->json, title, "quickfix", diagnostic);
    if (is_safe) {
        json_key_bool(a->json, "isPreferred", true);
    }
    edit_begin(a, str_from(buf_c(&uri)));
    put_fix(a, &lines, fix);
    edit_end(a);
    json_object_end(a->json);
    buf_release(&uri);
}

static bool is_same_fix(const cJSON *a, const cJSON *b) {
    return member_number(a, "line") == member_number(b, "line") &&
           member_number(a, "column") == member_number(b, "column");
}

static void put_fix_all(const struct actions *a) {
    const cJSON *fixes[MAX_FIXES];
    uint32_t count = 0;
    struct text_lines lines;
    for (uint32_t i = 0; i < a->server->folders.len; i++) {
        const struct folder *f = &a->server->folders.data[i];
        const struct result_file *file = folder_file(f, a->path);
        for (uint32_t k = 0; file && k < file->findings.len && count < MAX_FIXES; k++) {
            const cJSON *fix = fix_of(f, file->findings.data[k]);
            bool is_new =
                member_true(fix, "safe") && str_eq(member_text(fix, "file"), str_from(file->name));
            for (uint32_t n = 0; n < count; n++) {
                is_new = is_new && !is_same_fix(fixes[n], fix);
            }
            if (is_new) {
                fixes[count++] = fix;
            }
        }
    }
    if (!count) {
        return;
    }
    text_lines_init(&lines, &a->server->scratch, a->text);
    action_begin(a->json, "Fix all that threadlint can fix", "source.fixAll.threadlint", NULL);
    edit_begin(a, a->uri);
    for (uint32_t i = 0; i < count; i++) {
        put_fix(a, &lines, fixes[i]);
    }
    edit_end(a);
    json_object_end(a->json);
}

// --- suppression ---

static struct str indentation(struct str line) {
    size_t len = 0;
    while (len < line.len && (line.ptr[len] == ' ' || line.ptr[len] == '\t')) {
        len++;
    }
    return str_slice(line, 0, len);
}

// An edit that puts a suppression on a line of its own above the finding.
static void put_suppression(const struct actions *a, const cJSON *diagnostic, uint32_t line) {
    struct json *j = a->json;
    struct str rule = member_text(diagnostic, "code");
    struct str indent = indentation(text_line(a->text, line));
    struct buf comment;
    char title[200];
    buf_init(&comment, 1 << 16);
    (void)snprintf(title, sizeof title, "Suppress " STR_FMT " here", STR_ARG(rule));
    buf_addf(&comment, STR_FMT "// NOLINTNEXTLINE(threadlint-" STR_FMT "): reason\n",
             STR_ARG(indent), STR_ARG(rule));
    action_begin(j, title, "quickfix", diagnostic);
    edit_begin(a, a->uri);
    json_object_begin(j);
    json_key(j, "range");
    json_object_begin(j);
    diagnostics_position(j, "start", line, 0);
    diagnostics_position(j, "end", line, 0);
    json_object_end(j);
    json_key_str(j, "newText", buf_str(&comment));
    json_object_end(j);
    edit_end(a);
    json_object_end(j);
    buf_release(&comment);
}

// --- actions ---

static void put_commands(const struct actions *a, const cJSON *diagnostic, const cJSON *finding) {
    struct json *j = a->json;
    struct str rule = member_text(diagnostic, "code");
    char title[200];
    if (finding) {
        action_begin(j, "Add to the baseline", "quickfix", diagnostic);
        put_command(j, "Add to the baseline", COMMAND_BASELINE, member_text(finding, "fingerprint"),
                    a->uri);
        json_object_end(j);
    }
    if (a->server->can.show_document) {
        (void)snprintf(title, sizeof title, "Read about " STR_FMT, STR_ARG(rule));
        action_begin(j, title, "quickfix", diagnostic);
        put_command(j, title, COMMAND_OPEN, rule, (struct str){0});
        json_object_end(j);
    }
}

static void put_actions(const struct actions *a, const cJSON *diagnostic) {
    const cJSON *range = member(diagnostic, "range");
    int64_t line = member_number(member(range, "start"), "line");
    bool is_ours = str_eq(member_text(diagnostic, "source"), STR("threadlint")) &&
                   rule_find(member_text(diagnostic, "code"), NULL);
    if (!is_ours || line < 0 || line >= text_line_count(a->text)) {
        return;
    }
    const struct folder *folder = NULL;
    const cJSON *finding = finding_of(a, diagnostic, &folder);
    const cJSON *fix = finding ? fix_of(folder, finding) : NULL;
    if (fix) {
        put_fix_action(a, diagnostic, folder, fix);
    }
    if (!str_eq(member_text(diagnostic, "code"), STR("suppression-unused"))) {
        put_suppression(a, diagnostic, (uint32_t)line);
    }
    put_commands(a, diagnostic, finding);
}

void feature_code_action(struct server *s, struct json *j, const cJSON *params) {
    const cJSON *context = member(params, "context");
    const char *path = document_path(s, params);
    const cJSON *d = NULL;
    struct actions a = {.server = s, .json = j, .params = params, .only = member(context, "only")};
    json_array_begin(j);
    if (path) {
        a.uri = member_text(member(params, "textDocument"), "uri");
        a.path = str_from(path);
        a.text = diagnostics_text(s, a.path);
        if (is_wanted(&a, STR("quickfix"), true)) {
            cJSON_ArrayForEach(d, member(context, "diagnostics")) {
                put_actions(&a, d);
            }
        }
        if (is_wanted(&a, STR("source.fixAll.threadlint"), false)) {
            put_fix_all(&a);
        }
    }
    json_array_end(j);
}

// --- commands ---

static void add_entry(struct finding_list *list, const struct baseline_entry *e) {
    struct rule *rule = ARENA_NEW(list->arena, struct rule); // only its name is asked for
    rule->id = arena_copy(list->arena, e->rule.ptr, e->rule.len);
    const struct finding f = {.rule = rule,
                              .place = {.file = e->file},
                              .message = e->message,
                              .fingerprint = e->fingerprint};
    vec_push(list->arena, &list->items, f);
}

static bool write_baseline(const char *path, const struct finding_list *list, struct error *err) {
    const struct report report = {.findings = list};
    const struct report_options options = {0};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool ok = false;
    for (size_t i = 0; i < reporter_count; i++) {
        if (str_eq(str_from(reporters[i].name), STR("baseline"))) {
            ok = reporters[i].write(&report, &options, out, err);
        }
    }
    ok = fclose(out) == 0 && ok && fs_write_atomic(path, str_make(text, len), err);
    free(text);
    return ok;
}

// The findings of the file, and this one.
static bool add_to_baseline(struct server *s, const char *path, const cJSON *finding,
                            struct error *err) {
    struct arena *arena = &s->scratch;
    struct finding_list list = {.arena = arena};
    struct baseline b = {0};
    struct str text = {0};
    if (fs_exists(path) &&
        (!fs_read(arena, path, MAX_BASELINE, &text, err) || !baseline_read(arena, text, &b, err))) {
        return false;
    }
    struct baseline_entry e = {.rule = member_text(finding, "rule"),
                               .file = member_text(finding, "file"),
                               .message = member_text(finding, "message")};
    if (!hash128_parse(member_text(finding, "fingerprint"), &e.fingerprint)) {
        return error_set(err, "the finding has no fingerprint");
    }
    for (uint32_t i = 0; i < b.entries.len; i++) {
        if (!hash128_eq(b.entries.data[i].fingerprint, e.fingerprint)) {
            add_entry(&list, &b.entries.data[i]);
        }
    }
    add_entry(&list, &e);
    return write_baseline(path, &list, err);
}

static void accept(struct server *s, struct str fingerprint, struct str uri) {
    const char *path = uri_to_path(&s->scratch, uri);
    for (uint32_t i = 0; i < s->folders.len && path; i++) {
        struct folder *f = &s->folders.data[i];
        const struct result_file *file = folder_file(f, str_from(path));
        for (uint32_t k = 0; file && k < file->findings.len; k++) {
            struct str baseline = member_text(f->result, "baseline");
            struct error err = {0};
            if (!baseline.len ||
                !str_eq(member_text(file->findings.data[k], "fingerprint"), fingerprint)) {
                continue;
            }
            if (add_to_baseline(s, baseline.ptr, file->findings.data[k], &err)) {
                folder_touch(f, true);
            } else {
                message_show(s, 1, str_from(err.text));
            }
            return;
        }
    }
    message_show(s, 3, STR("this finding is gone, or the project has no compile database"));
}

// The chapter of a rule as a file the editor can show, beside the cache; NULL when there is none.
const char *feature_document(struct server *s, const struct folder *f, struct str id,
                             struct error *err) {
    size_t index = 0;
    struct str root = member_text(f->result, "root");
    const char *dir = root.len ? fs_join(&s->scratch, root, STR(".threadlint")) : NULL;
    if (!dir || !fs_is_dir(dir) || !rule_find(id, &index)) {
        return NULL;
    }
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_addf(&text, "rules/%s.md", rule_table[index].rule->id);
    const char *path = fs_join(&s->scratch, str_from(dir), buf_str(&text));
    struct str parent = fs_dirname(str_from(path));
    buf_clear(&text);
    buf_addf(&text, "# %s\n\n%s.\n\n%s\n", rule_table[index].rule->id,
             rule_table[index].rule->summary, rule_table[index].doc);
    bool is_written = intern_find(&s->written, str_from(path)) != UINT32_MAX;
    bool ok = is_written || (fs_mkdirs(arena_copy(&s->scratch, parent.ptr, parent.len), err) &&
                             fs_write_atomic(path, buf_str(&text), err));
    buf_release(&text);
    if (ok) {
        (void)intern(&s->written, str_from(path)); // once is enough
    }
    return ok ? path : NULL;
}

static void open_documentation(struct server *s, struct str id) {
    struct error err = {0};
    const char *path = NULL;
    for (uint32_t i = 0; i < s->folders.len && !path; i++) {
        const struct folder *f = &s->folders.data[i];
        path = f->is_open && f->result ? feature_document(s, f, id, &err) : NULL;
    }
    if (path) {
        struct message m;
        (void)message_request_begin(s, &m, "window/showDocument");
        json_object_begin(&m.json);
        diagnostics_put_uri(s, &m.json, path);
        json_key_bool(&m.json, "takeFocus", true);
        json_object_end(&m.json);
        message_send(s, &m);
    } else if (err.text[0]) {
        message_show(s, 1, str_from(err.text));
    }
}

bool feature_command(struct server *s, struct str name, const cJSON *arguments) {
    const cJSON *first = cJSON_GetArrayItem(arguments, 0);
    const cJSON *second = cJSON_GetArrayItem(arguments, 1);
    struct str words[2] = {
        cJSON_IsString(first) ? str_from(first->valuestring) : (struct str){"", 0},
        cJSON_IsString(second) ? str_from(second->valuestring) : (struct str){"", 0}
    };
    if (str_eq(name, STR(COMMAND_BASELINE))) {
        accept(s, words[0], words[1]);
        return true;
    }
    if (str_eq(name, STR(COMMAND_OPEN))) {
        open_documentation(s, words[0]);
        return true;
    }
    return false;
}
