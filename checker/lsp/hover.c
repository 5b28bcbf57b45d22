// What is under the cursor: the id of a rule, a finding, the start or the entry of a thread, a
// lock, data that threads share. From the last result.
#include "checker/lsp/server.h"
#include "checker/rule/rule.h"

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_id_char(char c) {
    return (c >= 'a' && c <= 'z') || c == '-';
}

static struct str around(struct str line, size_t at, bool (*is_part)(char c)) {
    size_t from = at < line.len ? at : line.len;
    size_t to = from;
    while (from > 0 && is_part(line.ptr[from - 1])) {
        from--;
    }
    while (to < line.len && is_part(line.ptr[to])) {
        to++;
    }
    return str_slice(line, from, to);
}

static struct spot spot_of(struct server *s, const cJSON *params) {
    const cJSON *position = member(params, "position");
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
    spot.word = around(text_line(spot.text, at.line), spot.col - 1, is_word_char);
    return spot;
}

// --- rules ---

// The rule whose id stands at the spot, as in a suppression.
static const struct rule_entry *rule_at(const struct spot *spot) {
    struct str word = around(text_line(spot->text, spot->line - 1), spot->col - 1, is_id_char);
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

static void add_findings(struct server *s, const struct folder *f, const struct spot *spot,
                         struct buf *out) {
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, member(f->result, "findings")) {
        bool is_inside = feature_is_at(s, f, item, spot->path, spot->line) &&
                         member_number(item, "column") <= spot->col &&
                         member_number(item, "endColumn") >= spot->col;
        if (is_inside) {
            add_rule(out, member_text(item, "rule"));
        }
    }
}

// --- threads ---

static void add_stop(const struct folder *f, struct str entry, struct buf *out) {
    struct str stop = member_text(feature_entry(f, entry), "stop");
    if (stop.len) {
        buf_addf(out, "```text\n" STR_FMT "```\n\n", STR_ARG(stop));
    }
}

static void add_starts(struct server *s, const struct folder *f, const struct spot *spot,
                       struct buf *out) {
    const cJSON *t = NULL;
    cJSON_ArrayForEach(t, member(f->result, "threads")) {
        if (!feature_is_at(s, f, t, spot->path, spot->line)) {
            continue;
        }
        struct str handle = member_text(t, "handle");
        buf_addf(out, "Starts %s thread `" STR_FMT "`",
                 member_true(t, "many") ? "many times the" : "the",
                 STR_ARG(member_text(t, "entry")));
        if (handle.len) {
            buf_addf(out, ", handle in `" STR_FMT "`", STR_ARG(handle));
        }
        buf_add_c(out, "; how it ends: ");
        feature_describe_end(out, t);
        buf_add_c(out, ".\n\n");
        add_stop(f, member_text(t, "entry"), out);
    }
}

static void add_entry(struct server *s, const struct folder *f, const struct spot *spot,
                      struct buf *out) {
    const cJSON *fn = NULL;
    cJSON_ArrayForEach(fn, member(f->result, "functions")) {
        if (feature_is_at(s, f, fn, spot->path, spot->line) &&
            feature_describe_entry(f, member_text(fn, "name"), out)) {
            buf_add_c(out, "\n\n");
            add_stop(f, member_text(fn, "name"), out);
        }
    }
}

// --- locks and data ---

static void add_data(const cJSON *class, struct buf *out) {
    struct str lock = member_text(class, "lock");
    int64_t guarded = member_number(class, "guarded");
    int64_t total = member_number(class, "total");
    buf_addf(out, "`" STR_FMT "`: ", STR_ARG(member_text(class, "name")));
    if (lock.len) {
        buf_addf(out, "%lld of %lld accesses hold `" STR_FMT "`", (long long)guarded,
                 (long long)total, STR_ARG(lock));
    } else {
        buf_addf(out, "%lld access%s, under no lock that a write holds", (long long)total,
                 total == 1 ? "" : "es");
    }
    buf_add_c(out, ".\n\n");
}

static void add_lock(const cJSON *class, struct buf *out) {
    const cJSON *item = NULL;
    int64_t takers = member_number(class, "takers");
    uint32_t count = 0;
    buf_addf(out, "Lock `" STR_FMT "`, taken at %lld place%s", STR_ARG(member_text(class, "name")),
             (long long)takers, takers == 1 ? "" : "s");
    cJSON_ArrayForEach(item, member(class, "takes")) {
        buf_addf(out, "%s`" STR_FMT "` (" STR_FMT ":%lld)", count++ ? ", " : ": ",
                 STR_ARG(member_text(item, "function")), STR_ARG(member_text(item, "file")),
                 (long long)member_number(item, "line"));
    }
    buf_add_c(out, takers > (int64_t)count ? ", ...\n\n" : ".\n\n");
    count = 0;
    cJSON_ArrayForEach(item, member(class, "guards")) {
        buf_addf(out, "%s`%s`", count++ ? ", " : "Most accesses hold it to: ", item->valuestring);
    }
    buf_add_c(out, count ? ".\n\n" : "");
}

static void add_class(struct server *s, const struct folder *f, const struct spot *spot,
                      struct buf *out) {
    const cJSON *place = NULL;
    cJSON_ArrayForEach(place, member(f->result, "places")) {
        bool is_it = spot->word.len && str_eq(member_text(place, "word"), spot->word) &&
                     feature_is_at(s, f, place, spot->path, spot->line);
        const cJSON *class = is_it ? cJSON_GetArrayItem(member(f->result, "classes"),
                                                        (int)member_number(place, "class"))
                                   : NULL;
        if (member_number(class, "takers")) {
            add_lock(class, out);
        } else if (class) {
            add_data(class, out);
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
            add_starts(s, f, &spot, &text);
            add_entry(s, f, &spot, &text);
            add_class(s, f, &spot, &text);
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
