// .threadlint.json: syntax, errors that say where and what, precedence of levels, path patterns,
// the schema.
#include "checker/base/fs.h"
#include "checker/rule/config.h"
#include "test/unit/test.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char leak[] = "shared-state-lock-leak";

static const struct rule *rule(const char *id) {
    return rule_find(str_from(id), NULL);
}

// Loads `text` as "<temporary directory>/.threadlint.json".
static bool load(struct config *c, struct arena *arena, const char *text, struct error *err) {
    char dir[] = "/tmp/threadlint-config-XXXXXX";
    if (mkdtemp(dir) == NULL) {
        return error_set(err, "no temporary directory");
    }
    char *path = fs_join(arena, str_from(dir), STR(".threadlint.json"));
    config_init(c, arena);
    bool ok = fs_write_atomic(path, str_from(text), err) && config_load(c, path, err);
    (void)unlink(path);
    (void)rmdir(dir);
    return ok;
}

static bool contains(const char *text, const char *part) {
    return str_find(str_from(text), str_from(part), 0) != SIZE_MAX;
}

// True when loading fails and the error has both parts.
static bool fails(const char *text, const char *part, const char *other_part) {
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    bool ok = load(&c, &arena, text, &err);
    bool expected = !ok && contains(err.text, part) && contains(err.text, other_part);
    if (!expected) {
        printf("error text: '%s'\n", err.text);
    }
    arena_release(&arena);
    return expected;
}

TEST(config_all_keys_with_comments_and_trailing_commas) {
    static const char text[] =
        "\xEF\xBB\xBF// the project\n"
        "{\n"
        "  \"$schema\": \"https://example.org/a//b\", /* not a comment: // */\n"
        "  \"profile\": \"review\",\n"
        "  \"rules\": {\"shared-state-lock-leak\": \"note\", \"lifetime\": \"off\",},\n"
        "  \"overrides\": [{\"paths\": [\"test/\",], \"rules\": {\"shared-*\": \"off\"}},],\n"
        "  \"exclude\": [\"third_party/\", \"*.gen.c\"],\n"
        "  \"models\": [\"lint/my.model\"],\n"
        "  \"options\": {},\n"
        "  \"fail-on\": \"never\",\n"
        "  \"require-suppression-reason\": true, // last\n"
        "}\n";
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    CHECK(load(&c, &arena, text, &err));
    CHECK(c.profile == PROFILE_REVIEW);
    CHECK(c.fail_on == LEVEL_OFF);
    CHECK(c.require_reason);
    CHECK(c.exclude.len == 2 && c.models.len == 1 && c.overrides.len == 1 && c.settings.len == 2);
    CHECK(str_starts(c.models.data[0], c.dir) && str_ends(c.models.data[0], STR("/lint/my.model")));
    CHECK(config_level(&c, rule(leak), STR("src/a.c")) == LEVEL_NOTE);
    CHECK(config_level(&c, rule(leak), STR("test/a.c")) == LEVEL_OFF);
    CHECK(config_level(&c, rule("lifetime-double-join"), STR("src/a.c")) == LEVEL_OFF);
    CHECK(!config_may_report(&c, rule("lifetime-double-join")));
    CHECK(config_may_report(&c, rule(leak)));
    CHECK(config_is_excluded(&c, STR("a/third_party/b/c.c")));
    CHECK(config_is_excluded(&c, STR("src/x.gen.c")));
    CHECK(!config_is_excluded(&c, STR("src/x.c")));
    arena_release(&arena);
}

TEST(config_defaults) {
    struct arena arena;
    struct config c;
    arena_init(&arena, 0);
    config_init(&c, &arena);
    CHECK(c.profile == PROFILE_BUGS && c.fail_on == LEVEL_WARNING && !c.require_reason);
    CHECK(config_level(&c, rule(leak), STR("a.c")) == rule(leak)->level);
    CHECK(config_rule_option(&c, rule(leak), "no-such-option") == 0);
    arena_release(&arena);
}

TEST(config_empty_object_and_root) {
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    CHECK(load(&c, &arena, "{}", &err));
    CHECK(c.settings.len == 0);
    CHECK(load(&c, &arena, "{\"root\": \"..\", \"models\": [\"m\"]}", &err));
    CHECK(str_eq(c.dir, STR("/tmp")));
    CHECK(!str_eq(c.models.data[0], STR("/tmp/m"))); // relative to the file, not to the root
    arena_release(&arena);
}

TEST(config_unknown_names_have_place_and_suggestion) {
    CHECK(fails("{\n\n\"rules\": {\n\"shared-state-lockleak\": \"off\"}}",
                "unknown rule 'shared-state-lockleak' at ",
                ".threadlint.json:4; did you mean 'shared-state-lock-leak'?"));
    CHECK(fails("{\n\"rule\": {}}", "unknown key 'rule'",
                ".threadlint.json:2; did you mean 'rules'?"));
    CHECK(fails("{\"rules\": {\n\"lifetime\":\n\"of\"}}", "unknown level 'of' of rule 'lifetime'",
                ":2; did you mean 'off'?"));
    CHECK(fails("{\"profile\": \"reviews\"}", "unknown value 'reviews' of 'profile'", "'review'?"));
    CHECK(fails("{\"fail-on\": \"nevr\"}", "unknown value 'nevr' of 'fail-on'", "'never'?"));
    CHECK(fails("{\"overrides\": [\n{\"path\": [\"a\"]}]}", "unknown key 'path'",
                ":2; did you mean 'paths'?"));
    CHECK(fails("{\"options\": {\"lock-leak\": {}}}", "unknown rule 'lock-leak'",
                "did you mean 'shared-state-lock-leak'?"));
    CHECK(fails("{\"options\": {\"suppression-unused\": {\n\"zzz\": 1}}}",
                "unknown option 'zzz' of rule 'suppression-unused'", ":2"));
    CHECK(fails("{\"rules\": {\"qqqqqqqqqqqq-*\": \"off\"}}", "unknown rule 'qqqqqqqqqqqq-*' at",
                ":1"));
}

TEST(config_wrong_types) {
    CHECK(fails("[]", "'the configuration' must be an object", ":1"));
    CHECK(fails("{\"rules\": []}", "'rules' must be an object", ":1"));
    CHECK(fails("{\"rules\": {\"lifetime\": 1}}", "the level of 'lifetime' must be", ":1"));
    CHECK(fails("{\"exclude\": \"a\"}", "'exclude' must be a list of texts", ":1"));
    CHECK(fails("{\"exclude\": [\"a\",\n\n 7]}", "'exclude' must be a list of texts", ":3"));
    CHECK(fails("{\"exclude\": [\"\"]}", "'exclude' must be a list of texts", ":1"));
    CHECK(fails("{\"overrides\": {}}", "'overrides' must be a list", ":1"));
    CHECK(fails("{\"overrides\": [1]}", "must be an object", ":1"));
    CHECK(fails("{\"overrides\": [{\"rules\": {}}]}", "needs \"paths\"", ":1"));
    CHECK(fails("{\"options\": {\"shared-state-lock-leak\": 5}}", "must be an object", ":1"));
    CHECK(fails("{\"profile\": true}", "'profile' must be a text", ":1"));
    CHECK(fails("{\"root\": 1}", "'root' must be a text", ":1"));
    CHECK(fails("{\"require-suppression-reason\": \"yes\"}", "must be true or false", ":1"));
    CHECK(
        fails("{\"rules\": {},\n\"rules\": {}}", "'rules' is given twice, first on line 1,", ":2"));
}

TEST(config_syntax_errors_have_line_and_column) {
    CHECK(fails("{\n  \"rules\" {}\n}", ".threadlint.json:2:", "not JSON"));
    CHECK(fails("{\"profile\": \"bugs\"", ":1:", "ends too early"));
    CHECK(fails("", ":1:1:", "ends too early"));
    CHECK(fails("{\n/* no end", ":2: the comment does not end", ""));
    CHECK(fails("{} {}", ":1:4:", "not JSON"));
    CHECK(fails("{,}", ":1:", "not JSON"));
    CHECK(fails("{\"exclude\": [,]}", ":1:", "not JSON"));
    CHECK(fails("{\"exclude\": [\"a\",,]}", ":1:", "not JSON"));
    CHECK(fails("{\"profile\": ,}", ":1:", "not JSON"));
    CHECK(fails("{\"a", ":1:", ""));
}

TEST(config_missing_file) {
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    config_init(&c, &arena);
    CHECK(!config_load(&c, "/nonexistent/.threadlint.json", &err));
    CHECK(contains(err.text, "/nonexistent/.threadlint.json"));
    CHECK(config_find(&arena, "/nonexistent/a/b") == NULL);
    arena_release(&arena);
}

TEST(config_is_found_upward) {
    struct arena arena;
    struct error err = {0};
    char dir[] = "/tmp/threadlint-find-XXXXXX";
    arena_init(&arena, 0);
    CHECK(mkdtemp(dir) != NULL);
    char *file = fs_join(&arena, str_from(dir), STR(".threadlint.json"));
    char *below = fs_join(&arena, str_from(dir), STR("a/b/c"));
    CHECK(fs_write_atomic(file, STR("{}"), &err));
    CHECK_STR_EQ(config_find(&arena, below), file);
    CHECK_STR_EQ(config_find(&arena, dir), file);
    (void)unlink(file);
    CHECK(config_find(&arena, below) == NULL);
    (void)rmdir(dir);
    arena_release(&arena);
}

TEST(config_more_exact_patterns_win_in_the_file) {
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    CHECK(load(&c, &arena,
               "{\"rules\": {\"shared-state-lock-leak\": \"note\", \"shared-state\": \"error\", "
               "\"*\": \"off\"}}",
               &err));
    CHECK(config_level(&c, rule(leak), STR("a.c")) == LEVEL_NOTE);
    CHECK(config_level(&c, rule("shared-state-double-lock"), STR("a.c")) == LEVEL_ERROR);
    CHECK(config_level(&c, rule("lifetime-double-join"), STR("a.c")) == LEVEL_OFF);
    arena_release(&arena);
}

TEST(config_later_overrides_and_the_command_line_win) {
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    CHECK(load(&c, &arena,
               "{\"rules\": {\"*\": \"off\"}, \"overrides\": ["
               "{\"paths\": [\"src/\"], \"rules\": {\"shared-state\": \"error\"}},"
               "{\"paths\": [\"src/old/\"], \"rules\": {\"shared-state\": \"note\"}}]}",
               &err));
    CHECK(config_level(&c, rule(leak), STR("src/a.c")) == LEVEL_ERROR);
    CHECK(config_level(&c, rule(leak), STR("src/old/a.c")) == LEVEL_NOTE);
    CHECK(config_level(&c, rule(leak), STR("lib/a.c")) == LEVEL_OFF);
    CHECK(config_may_report(&c, rule(leak)));
    CHECK(!config_may_report(&c, rule("lifetime-double-join")));
    CHECK(config_add_setting(&c, STR("lifetime-double-join"), LEVEL_OFF, true, &err));
    CHECK(config_level(&c, rule("lifetime-double-join"), STR("a.c")) ==
          rule("lifetime-double-join")->level);
    CHECK(config_add_setting(&c, STR("shared-state=warning"), LEVEL_OFF, false, &err));
    CHECK(config_level(&c, rule(leak), STR("src/old/a.c")) == LEVEL_WARNING);
    CHECK(config_add_setting(&c, STR("*"), LEVEL_OFF, false, &err)); // the last word counts
    CHECK(config_level(&c, rule(leak), STR("src/old/a.c")) == LEVEL_OFF);
    CHECK(!config_may_report(&c, rule(leak)));
    CHECK(!config_add_setting(&c, STR("nothing-like-it"), LEVEL_OFF, false, &err));
    CHECK(!config_add_setting(&c, STR("lifetime=loud"), LEVEL_OFF, false, &err));
    CHECK(contains(err.text, "unknown level 'loud'"));
    arena_release(&arena);
}

TEST(config_review_rules_need_the_profile_or_a_setting) {
    const struct rule *review = NULL;
    for (size_t i = 0; i < rule_count && review == NULL; i++) {
        review = rule_table[i].rule->review ? rule_table[i].rule : NULL;
    }
    if (review == NULL) {
        return;
    }
    struct arena arena;
    struct config c;
    struct error err = {0};
    arena_init(&arena, 0);
    config_init(&c, &arena);
    CHECK(config_level(&c, review, STR("a.c")) == LEVEL_OFF);
    CHECK(config_add_setting(&c, str_from(review->id), LEVEL_OFF, true, &err));
    CHECK(config_level(&c, review, STR("a.c")) == review->level);
    config_init(&c, &arena);
    c.profile = PROFILE_REVIEW;
    CHECK(config_level(&c, review, STR("a.c")) == review->level);
    arena_release(&arena);
}

TEST(config_options_are_checked_against_the_rule) {
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *r = rule_table[i].rule;
        const struct rule_option *o = &r->options[0];
        if (o->name == NULL) {
            continue;
        }
        struct arena arena;
        struct config c;
        struct error err = {0};
        char text[512];
        arena_init(&arena, 0);
        config_init(&c, &arena);
        CHECK(config_rule_option(&c, r, o->name) == o->def);
        (void)snprintf(text, sizeof text, "{\"options\": {\"%s\": {\"%s\": %lld}}}", r->id, o->name,
                       (long long)o->max);
        CHECK(load(&c, &arena, text, &err));
        CHECK(config_rule_option(&c, r, o->name) == o->max);
        (void)snprintf(text, sizeof text, "{\"options\": {\"%s\": {\"%s\": %lld}}}", r->id, o->name,
                       (long long)o->max + 1);
        CHECK(fails(text, o->name, "must be from"));
        (void)snprintf(text, sizeof text, "{\"options\": {\"%s\": {\"%s\": 1.5}}}", r->id, o->name);
        CHECK(fails(text, o->name, "must be a whole number"));
        arena_release(&arena);
    }
}

static bool matches(const char *pattern, const char *path) {
    return config_path_match(str_from(pattern), str_from(path));
}

TEST(path_patterns) {
    CHECK(matches("*.c", "a.c") && matches("*.c", "x/y/a.c") && !matches("*.c", "a.h"));
    CHECK(matches("src/*.c", "src/a.c") && !matches("src/*.c", "src/x/a.c"));
    CHECK(!matches("src/*.c", "lib/src/a.c"));
    CHECK(matches("src/**/a.c", "src/a.c") && matches("src/**/a.c", "src/x/y/a.c"));
    CHECK(!matches("src/**/a.c", "src/xa.c") && !matches("src/**/a.c", "src/x/ba.c"));
    CHECK(matches("**/gen/*.c", "gen/a.c") && matches("**/gen/*.c", "x/y/gen/a.c"));
    CHECK(matches("src/**", "src/a/b.c") && !matches("src/**", "srcs/a.c"));
    CHECK(matches("build/", "build/a.c") && matches("build/", "x/build/y/a.c") &&
          !matches("build/", "build"));
    CHECK(matches("build", "build") && matches("build", "x/build/a.c"));
    CHECK(matches("src/lib", "src/lib/x/a.c") && !matches("src/lib", "src/library/a.c"));
    CHECK(matches("/src", "src/a.c") && !matches("/src", "x/src/a.c"));
    CHECK(matches("./src/a.c", "src/a.c"));
    CHECK(matches("a?.c", "ab.c") && !matches("a?.c", "a.c") && !matches("a?c", "a/c"));
    CHECK(matches("**", "a/b.c") && matches("*", "a.c") && matches("**/*.c", "a.c"));
    CHECK(matches("a*b*c/**/d*e.c", "aXbYc/q/r/dZe.c") &&
          !matches("a*b*c/**/d*e.c", "aXbYc/q/r/dZf.c"));
    CHECK(matches("/usr/include/", "/usr/include/stdio.h") &&
          !matches("/usr/include/", "usr/include2/x.h"));
    CHECK(!matches("", "a.c") && !matches("a.c", "") && !matches("/", "a.c"));
    CHECK(!matches("a**b/c", "a/x/y") && matches("a**b/c", "a/x/b/c"));
}

// ---- the schema says the same as the reader: a small validator for the keywords the schema uses
// -------------------

static const cJSON *get(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static bool has_type(const cJSON *type, const cJSON *value) {
    const char *name = cJSON_GetStringValue(type);
    if (name == NULL) {
        return true;
    }
    return (strcmp(name, "object") == 0 && cJSON_IsObject(value)) ||
           (strcmp(name, "array") == 0 && cJSON_IsArray(value)) ||
           (strcmp(name, "string") == 0 && cJSON_IsString(value)) ||
           (strcmp(name, "boolean") == 0 && cJSON_IsBool(value)) ||
           (strcmp(name, "integer") == 0 && cJSON_IsNumber(value));
}

static bool is_valid(const cJSON *root, const cJSON *schema, const cJSON *value);

static bool valid_members(const cJSON *root, const cJSON *schema, const cJSON *value) {
    const cJSON *child = NULL;
    cJSON_ArrayForEach(child, get(schema, "required")) {
        if (get(value, child->valuestring) == NULL) {
            return false;
        }
    }
    cJSON_ArrayForEach(child, value) {
        const cJSON *of_key = get(get(schema, "properties"), child->string);
        bool is_glob = strpbrk(child->string, "*?") != NULL;
        if (of_key == NULL && is_glob) {
            of_key = get(get(schema, "patternProperties"), "[*?]");
        }
        if (of_key == NULL && cJSON_IsFalse(get(schema, "additionalProperties"))) {
            return false;
        }
        if (of_key != NULL && !is_valid(root, of_key, child)) {
            return false;
        }
    }
    return true;
}

static bool valid_scalar(const cJSON *schema, const cJSON *value) {
    const cJSON *words = get(schema, "enum");
    bool is_word = words == NULL;
    const cJSON *word = NULL;
    cJSON_ArrayForEach(word, words) {
        is_word = is_word ||
                  (cJSON_IsString(value) && strcmp(word->valuestring, value->valuestring) == 0);
    }
    const cJSON *min = get(schema, "minimum");
    const cJSON *max = get(schema, "maximum");
    return is_word && has_type(get(schema, "type"), value) &&
           (min == NULL || value->valuedouble >= min->valuedouble) &&
           (max == NULL || value->valuedouble <= max->valuedouble);
}

static bool is_valid(const cJSON *root, const cJSON *schema, const cJSON *value) {
    const char *ref = cJSON_GetStringValue(get(schema, "$ref"));
    if (ref != NULL) { // "#/definitions/name"
        return is_valid(root, get(get(root, "definitions"), strrchr(ref, '/') + 1), value);
    }
    const cJSON *child = NULL;
    cJSON_ArrayForEach(child, get(schema, "allOf")) {
        if (!is_valid(root, child, value)) {
            return false;
        }
    }
    const cJSON *items = get(schema, "items");
    if (cJSON_IsArray(value) && items != NULL) {
        cJSON_ArrayForEach(child, value) {
            if (!is_valid(root, items, child)) {
                return false;
            }
        }
    }
    return valid_scalar(schema, value) &&
           (!cJSON_IsObject(value) || valid_members(root, schema, value));
}

static cJSON *schema_tree(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    config_print_schema(out);
    (void)fclose(out);
    cJSON *tree = cJSON_Parse(text);
    free(text);
    return tree;
}

TEST(schema_agrees_with_the_reader) {
    static const char *const samples[] = {
        "{}",
        "{\"profile\": \"review\", \"fail-on\": \"error\", \"require-suppression-reason\": true}",
        "{\"rules\": {\"lifetime\": \"on\", \"shared-state-*\": \"error\", "
        "\"shared-state-lock-leak\": \"off\"}}",
        "{\"overrides\": [{\"paths\": [\"a\"], \"rules\": {\"*\": \"note\"}}], \"exclude\": "
        "[\"b/\"]}",
        "{\"$schema\": \"x\", \"root\": \".\", \"models\": [\"m.model\"], \"options\": {}}",
        "{\"profil\": \"review\"}",
        "{\"profile\": \"reviews\"}",
        "{\"rules\": {\"shared-state-lockleak\": \"off\"}}",
        "{\"rules\": {\"lifetime\": \"loud\"}}",
        "{\"overrides\": [{\"rules\": {}}]}",
        "{\"overrides\": [{\"paths\": [\"a\"], \"rule\": {}}]}",
        "{\"exclude\": [1]}",
        "{\"options\": {\"suppression-unused\": {\"zzz\": 1}}}",
        "[]",
    };
    cJSON *schema = schema_tree();
    CHECK(schema != NULL);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct arena arena;
        struct config c;
        struct error err = {0};
        arena_init(&arena, 0);
        cJSON *value = cJSON_Parse(samples[i]);
        bool loads = load(&c, &arena, samples[i], &err);
        if (is_valid(schema, schema, value) != loads) {
            printf("schema and reader disagree on %s\n", samples[i]);
        }
        CHECK(is_valid(schema, schema, value) == loads);
        cJSON_Delete(value);
        arena_release(&arena);
    }
    cJSON_Delete(schema);
}
