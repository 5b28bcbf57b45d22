// Streaming JSON writer and the log.
#include "checker/base/json.h"
#include "checker/base/log.h"
#include "test/unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sink {
    char *text;
    size_t len;
    FILE *out;
    struct json json;
};

static struct json *start(struct sink *s, bool pretty) {
    *s = (struct sink){0};
    s->out = open_memstream(&s->text, &s->len);
    json_init(&s->json, s->out, pretty);
    return &s->json;
}

static void check_text(struct sink *s, struct str want) {
    (void)fclose(s->out);
    CHECK_STR_EQ(str_make(s->text, s->len), want);
    free(s->text);
}

static void write_sample(struct json *j) {
    json_object_begin(j);
    json_key_int(j, "a", -1);
    json_key(j, "b");
    json_array_begin(j);
    json_int(j, INT64_MIN);
    json_bool(j, true);
    json_null(j);
    json_object_begin(j);
    json_object_end(j);
    json_array_begin(j);
    json_array_end(j);
    json_array_end(j);
    json_key_bool(j, "c", false);
    json_key_c(j, "d", "text");
    json_key_c(j, "e", NULL);
    json_key_str(j, "f", STR("slice"));
    json_object_end(j);
}

TEST(json_compact) {
    struct sink s;
    write_sample(start(&s, false));
    check_text(&s, STR("{\"a\":-1,\"b\":[-9223372036854775808,true,null,{},[]],\"c\":false,\"d\":"
                       "\"text\",\"e\":\"\","
                       "\"f\":\"slice\"}"));
}

TEST(json_pretty) {
    struct sink s;
    write_sample(start(&s, true));
    check_text(&s,
               STR("{\n  \"a\": -1,\n  \"b\": [\n    -9223372036854775808,\n    true,\n    null,\n "
                   "   {},\n    []\n  ],\n"
                   "  \"c\": false,\n  \"d\": \"text\",\n  \"e\": \"\",\n  \"f\": \"slice\"\n}"));
}

TEST(json_quotes_text) {
    struct sink s;
    json_str(start(&s, false),
             STR("\" \\ / \b\f\n\r\t \x01 \x1F \x7F \0 \xC3\xBC \xF0\x9F\x94\x92"));
    check_text(&s, STR("\"\\\" \\\\ / \\u0008\\u000c\\n\\r\\t \\u0001 \\u001f \\u007f \\u0000 "
                       "\xC3\xBC \xF0\x9F\x94\x92\""));
}

TEST(json_replaces_bad_bytes) {
    struct sink s;
    json_str(start(&s, false), STR("a\xFF\xC3"
                                   "b\xEF\xBF\xBD"));
    check_text(&s, STR("\"a\\ufffd\\ufffdb\xEF\xBF\xBD\""));
}

TEST(json_numbers) {
    struct sink s;
    struct json *j = start(&s, false);
    json_array_begin(j);
    json_double(j, 0.1);
    json_double(j, 1700000000123.0);
    json_double(j, 1.0 / 3);
    json_double(j, -0.5);
    json_double(j, (double)NAN);
    json_double(j, (double)INFINITY);
    json_array_end(j);
    check_text(&s, STR("[0.1,1700000000123,0.3333333333333333,-0.5,null,null]"));
}

// Commas are right at any depth, also beyond the bits the writer keeps.
TEST(json_deeper_than_its_memory) {
    struct sink s;
    struct json *j = start(&s, false);
    enum { DEPTH = JSON_MAX_DEPTH + 10 };
    char want[DEPTH * 8];
    size_t n = 0;
    for (int i = 0; i < DEPTH; i++) {
        json_array_begin(j);
        json_int(j, 1);
        n += (size_t)snprintf(want + n, sizeof want - n, i ? ",[1" : "[1");
    }
    for (int i = 0; i < DEPTH; i++) {
        json_array_end(j);
        want[n++] = ']';
        if (i + 1 < DEPTH) {
            json_int(j, 2);
            want[n++] = ',';
            want[n++] = '2';
        }
    }
    check_text(&s, str_make(want, n));
}

// What log_message writes to stderr.
static struct str logged(enum log_level level, const char *text, char *out, size_t size) {
    int saved = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    (void)dup2(fileno(file), STDERR_FILENO);
    log_message(level, "%s", text);
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    rewind(file);
    size_t len = fread(out, 1, size, file);
    (void)fclose(file);
    return str_make(out, len);
}

TEST(log_replaces_control_characters) {
    char out[8192];
    CHECK_STR_EQ(logged(LOG_ERROR, "a\x1b[2Jb\x7f\n\tc", out, sizeof out),
                 "threadlint: error: a?[2Jb?\n\tc\n");
    CHECK_STR_EQ(logged(LOG_WARNING, "", out, sizeof out), "threadlint: warning: \n");
    CHECK_STR_EQ(logged(LOG_INFO, "x", out, sizeof out), "threadlint: info: x\n");
    CHECK_STR_EQ(logged(LOG_DEBUG, "x", out, sizeof out), "threadlint: debug: x\n");
}

TEST(log_cuts_long_messages) {
    char text[6000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    char out[8192];
    struct str got = logged(LOG_INFO, text, out, sizeof out);
    CHECK(got.len == 4095);
    CHECK(str_ends(got, STR("x\n")));
}
