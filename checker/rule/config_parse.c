#include "checker/rule/config_parts.h"

// Text of .threadlint.json -> struct config. Every mistake is an error that names the file, the
// line and, where there is one, the nearest name that would have been right. Nothing is ignored
// silently.

#include "checker/base/fs.h"
#include "checker/rule/config_json.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>

// Laid out by hand: version 14 of the formatter breaks lines of initialisers at random.
// clang-format off
static const struct config_key top_keys[] = {
    {.name = "$schema", .id = KEY_SCHEMA, .shape = CONFIG_TEXT,
     .help = "Place of the JSON Schema of this file, for editors"},
    {.name = "root", .id = KEY_ROOT, .shape = CONFIG_TEXT,
     .help = "Project root, relative to this file: paths in reports and in the patterns of this "
             "file are relative to it"},
    {.name = "profile", .id = KEY_PROFILE, .shape = CONFIG_WORD,
     .help = "bugs: likely and certain bugs; review: also the design questions a reviewer would "
             "ask",
     .words = {"bugs", "review"}},
    {.name = "rules", .id = KEY_RULES, .shape = CONFIG_RULES,
     .help = "Level of rules, by id, family or glob; the most exact pattern counts"},
    {.name = "overrides", .id = KEY_OVERRIDES, .shape = CONFIG_OVERRIDES,
     .help = "Levels for some paths only; later entries win"},
    {.name = "exclude", .id = KEY_EXCLUDE, .shape = CONFIG_TEXTS,
     .help = "Paths where nothing is reported, in the notation of .gitignore"},
    {.name = "models", .id = KEY_MODELS, .shape = CONFIG_TEXTS,
     .help = "Model files of your libraries, relative to this file"},
    {.name = "options", .id = KEY_OPTIONS, .shape = CONFIG_OPTIONS,
     .help = "Numbers that rules ask for"},
    {.name = "fail-on", .id = KEY_FAIL_ON, .shape = CONFIG_WORD,
     .help = "Lowest level that makes the exit code 1",
     .words = {"warning", "note", "error", "never"}},
    {.name = "baseline", .id = KEY_BASELINE, .shape = CONFIG_TEXT,
     .help = "File with the findings that are known and not reported, relative to this file"},
    {.name = "require-suppression-reason", .id = KEY_REQUIRE_REASON, .shape = CONFIG_BOOL,
     .help = "Suppressions in the source that give no reason do not count"},
};

static const struct config_key override_keys[] = {
    {.name = "paths", .id = KEY_PATHS, .shape = CONFIG_TEXTS,
     .help = "Paths the levels are for, in the notation of .gitignore"},
    {.name = "rules", .id = KEY_RULES, .shape = CONFIG_RULES,
     .help = "Level of rules, by id, family or glob; the most exact pattern counts"},
};
// clang-format on

const struct config_key_table config_top_keys = {top_keys, sizeof top_keys / sizeof *top_keys};
const struct config_key_table config_override_keys = {override_keys,
                                                      sizeof override_keys / sizeof *override_keys};
const char *const config_levels[] = {"off", "note", "warning", "error", "on", NULL};

struct reader {
    struct config *config;
    struct error *err;
};

// "<what> at .threadlint.json:7; did you mean '<near>'?"; false.
static bool fail_near(const struct reader *r, const cJSON *at, const char *what, const char *near) {
    return near != NULL ? error_set(r->err, "%s at " STR_FMT ":%u; did you mean '%s'?", what,
                                    STR_ARG(r->config->path), (unsigned)config_json_line(at), near)
                        : error_set(r->err, "%s at " STR_FMT ":%u", what, STR_ARG(r->config->path),
                                    (unsigned)config_json_line(at));
}

enum { WHAT_SIZE = 256 };

__attribute__((format(printf, 4, 5))) static bool fail(const struct reader *r, const cJSON *at,
                                                       const char *near, const char *format, ...) {
    char what[WHAT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return fail_near(r, at, what, near);
}

static const char *nearest_of(struct str word, const char *const *words) {
    const char *best = NULL;
    unsigned best_distance = (unsigned)(word.len < 64 ? word.len : 64) / 3 + 2;
    for (; *words != NULL; words++) {
        unsigned distance = str_distance(word, str_from(*words), best_distance);
        if (distance < best_distance) {
            best_distance = distance;
            best = *words;
        }
    }
    return best;
}

bool config_level_word(struct str word, enum level *ret_level, bool *ret_use_default) {
    static const enum level levels[] = {LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR,
                                        LEVEL_OFF};
    for (size_t i = 0; config_levels[i] != NULL; i++) {
        if (str_eq(word, str_from(config_levels[i]))) {
            *ret_level = levels[i];
            *ret_use_default = i == 4;
            return true;
        }
    }
    return false;
}

static struct str keep(const struct reader *r, const char *text) {
    return str_from(arena_copy(r->config->arena, text, strlen(text)));
}

static bool read_text(const struct reader *r, const cJSON *item, struct str *ret_text) {
    if (!cJSON_IsString(item)) {
        return fail(r, item, NULL, "'%s' must be a text", item->string);
    }
    *ret_text = keep(r, item->valuestring);
    return true;
}

// Position of the value in the key's words.
static bool read_word(const struct reader *r, const cJSON *item, const struct config_key *key,
                      size_t *ret_index) {
    if (!cJSON_IsString(item)) {
        return fail(r, item, NULL, "'%s' must be a text such as \"%s\"", key->name, key->words[0]);
    }
    struct str word = str_from(item->valuestring);
    for (size_t i = 0; key->words[i] != NULL; i++) {
        if (str_eq(word, str_from(key->words[i]))) {
            *ret_index = i;
            return true;
        }
    }
    return fail(r, item, nearest_of(word, key->words), "unknown value '%s' of '%s'",
                item->valuestring, key->name);
}

// Adds each text of an array to where its key says.
static bool read_texts(const struct reader *r, const cJSON *array, struct config_override *to_paths,
                       enum config_key_id id) {
    if (!cJSON_IsArray(array)) {
        return fail(r, array, NULL, "'%s' must be a list of texts", array->string);
    }
    struct config *c = r->config;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, array) {
        if (!cJSON_IsString(item) || item->valuestring[0] == '\0') {
            return fail(r, item, NULL, "'%s' must be a list of texts", array->string);
        }
        struct str text = keep(r, item->valuestring);
        if (to_paths) {
            vec_push(c->arena, &to_paths->paths, text);
        } else if (id == KEY_EXCLUDE) {
            vec_push(c->arena, &c->exclude, text);
        } else {
            vec_push(c->arena, &c->models, str_from(fs_join(c->arena, c->dir, text)));
        }
    }
    return true;
}

static bool read_setting(const struct reader *r, const cJSON *item,
                         struct config_setting *ret_setting) {
    struct config_setting setting = {.pattern = keep(r, item->string)};
    if (!config_pattern_is_known(setting.pattern)) {
        return fail(r, item, rule_nearest(setting.pattern), "unknown rule '%s'", item->string);
    }
    if (!cJSON_IsString(item)) {
        return fail(r, item, NULL,
                    "the level of '%s' must be \"off\", \"note\", \"warning\", \"error\" or \"on\"",
                    item->string);
    }
    struct str word = str_from(item->valuestring);
    if (!config_level_word(word, &setting.level, &setting.use_default)) {
        return fail(r, item, nearest_of(word, config_levels), "unknown level '%s' of rule '%s'",
                    item->valuestring, item->string);
    }
    *ret_setting = setting;
    return true;
}

static bool check_object(const struct reader *r, const cJSON *object, const char *name);

// Settings go to `to` when it is not NULL (an override), else to the configuration.
static bool read_rules(const struct reader *r, const cJSON *object, struct config_override *to) {
    if (!check_object(r, object, "rules")) {
        return false;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object) {
        struct config_setting setting = {0};
        if (!read_setting(r, item, &setting)) {
            return false;
        }
        if (to != NULL) {
            vec_push(r->config->arena, &to->settings, setting);
        } else {
            vec_push(r->config->arena, &r->config->settings, setting);
        }
    }
    return true;
}

// An object in which no key is given twice: the later one would win silently.
static bool check_object(const struct reader *r, const cJSON *object, const char *name) {
    if (!cJSON_IsObject(object)) {
        return fail(r, object, NULL, "'%s' must be an object {...}", name);
    }
    const cJSON *a = NULL;
    cJSON_ArrayForEach(a, object) {
        for (const cJSON *b = a->next; b != NULL; b = b->next) {
            if (strcmp(a->string, b->string) == 0) {
                return fail(r, b, NULL, "'%s' is given twice, first on line %u,", b->string,
                            (unsigned)config_json_line(a));
            }
        }
    }
    return true;
}

static const struct config_key *find_key(const struct reader *r, const cJSON *item,
                                         const struct config_key_table *table) {
    struct str name = str_from(item->string);
    const char *near = NULL;
    unsigned near_distance = (unsigned)(name.len < 64 ? name.len : 64) / 3 + 2;
    for (size_t i = 0; i < table->count; i++) {
        struct str known = str_from(table->keys[i].name);
        if (str_eq(name, known)) {
            return &table->keys[i];
        }
        unsigned distance = str_distance(name, known, near_distance);
        if (distance < near_distance) {
            near_distance = distance;
            near = table->keys[i].name;
        }
    }
    (void)fail(r, item, near, "unknown key '%s'", item->string);
    return NULL;
}

static bool read_override(const struct reader *r, const cJSON *object) {
    if (!check_object(r, object, "overrides")) {
        return false;
    }
    struct config_override override = {0};
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object) {
        const struct config_key *key = find_key(r, item, &config_override_keys);
        if (key == NULL) {
            return false;
        }
        bool ok = key->id == KEY_RULES ? read_rules(r, item, &override)
                                       : read_texts(r, item, &override, key->id);
        if (!ok) {
            return false;
        }
    }
    if (override.paths.len == 0) {
        return fail(r, object, NULL, "an entry of 'overrides' needs \"paths\"");
    }
    vec_push(r->config->arena, &r->config->overrides, override);
    return true;
}

static bool read_overrides(const struct reader *r, const cJSON *array) {
    if (!cJSON_IsArray(array)) {
        return fail(r, array, NULL, "'overrides' must be a list of objects");
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, array) {
        if (!read_override(r, item)) {
            return false;
        }
    }
    return true;
}

static const struct rule_option *find_option(const struct rule *rule, struct str name,
                                             const char **ret_near) {
    const char *names[RULE_MAX_OPTIONS + 1] = {0};
    for (size_t i = 0; i < RULE_MAX_OPTIONS && rule->options[i].name != NULL; i++) {
        names[i] = rule->options[i].name;
        if (str_eq(name, str_from(names[i]))) {
            return &rule->options[i];
        }
    }
    *ret_near = nearest_of(name, names);
    return NULL;
}

static bool read_option(const struct reader *r, const cJSON *item, const struct rule *rule) {
    const char *near = NULL;
    const struct rule_option *option = find_option(rule, str_from(item->string), &near);
    if (option == NULL) {
        return fail(r, item, near, "unknown option '%s' of rule '%s'", item->string, rule->id);
    }
    double value = item->valuedouble;
    bool is_whole = cJSON_IsNumber(item) && value >= -9.0e15 && value <= 9.0e15 &&
                    (double)(int64_t)value >= value && (double)(int64_t)value <= value;
    if (!is_whole) {
        return fail(r, item, NULL, "option '%s' of rule '%s' must be a whole number", item->string,
                    rule->id);
    }
    int64_t number = (int64_t)value;
    bool has_range = option->min != 0 || option->max != 0;
    if (has_range && (number < option->min || number > option->max)) {
        return fail(r, item, NULL, "option '%s' of rule '%s' must be from %lld to %lld",
                    item->string, rule->id, (long long)option->min, (long long)option->max);
    }
    struct config_option setting = {.rule = rule, .name = str_from(option->name), .value = number};
    vec_push(r->config->arena, &r->config->options, setting);
    return true;
}

static bool read_options(const struct reader *r, const cJSON *object) {
    if (!check_object(r, object, "options")) {
        return false;
    }
    const cJSON *of_rule = NULL;
    cJSON_ArrayForEach(of_rule, object) {
        const struct rule *rule = rule_find(str_from(of_rule->string), NULL);
        if (rule == NULL) {
            return fail(r, of_rule, rule_nearest(str_from(of_rule->string)), "unknown rule '%s'",
                        of_rule->string);
        }
        if (!check_object(r, of_rule, of_rule->string)) {
            return false;
        }
        const cJSON *item = NULL;
        cJSON_ArrayForEach(item, of_rule) {
            if (!read_option(r, item, rule)) {
                return false;
            }
        }
    }
    return true;
}

static bool read_choice(const struct reader *r, const cJSON *item, const struct config_key *key) {
    static const enum level gates[] = {LEVEL_WARNING, LEVEL_NOTE, LEVEL_ERROR, LEVEL_OFF};
    size_t index = 0;
    if (!read_word(r, item, key, &index)) {
        return false;
    }
    if (key->id == KEY_PROFILE) {
        r->config->profile = index == 1 ? PROFILE_REVIEW : PROFILE_BUGS;
    } else {
        r->config->fail_on = gates[index];
    }
    return true;
}

static bool read_bool(const struct reader *r, const cJSON *item) {
    if (!cJSON_IsBool(item)) {
        return fail(r, item, NULL, "'%s' must be true or false", item->string);
    }
    r->config->require_reason = cJSON_IsTrue(item) != 0;
    return true;
}

static bool read_value(const struct reader *r, const cJSON *item, const struct config_key *key) {
    struct str ignored = {0};
    switch (key->shape) {
    case CONFIG_TEXT: // "root" and "baseline" are read last; "$schema" is for editors
        return read_text(r, item, &ignored);
    case CONFIG_BOOL:
        return read_bool(r, item);
    case CONFIG_WORD:
        return read_choice(r, item, key);
    case CONFIG_TEXTS:
        return read_texts(r, item, NULL, key->id);
    case CONFIG_RULES:
        return read_rules(r, item, NULL);
    case CONFIG_OVERRIDES:
        return read_overrides(r, item);
    case CONFIG_OPTIONS:
        return read_options(r, item);
    }
    return false;
}

static bool read_root(const struct reader *r, const cJSON *tree) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, "root");
    struct str root = {0};
    if (item == NULL) {
        return true;
    }
    if (!read_text(r, item, &root)) {
        return false;
    }
    r->config->dir = str_from(fs_join(r->config->arena, r->config->dir, root));
    return true;
}

static bool read_baseline(const struct reader *r, const cJSON *tree) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, "baseline");
    struct str path = {0};
    if (item == NULL) {
        return true;
    }
    if (!read_text(r, item, &path)) {
        return false;
    }
    r->config->baseline = str_from(fs_join(r->config->arena, r->config->dir, path));
    return true;
}

static bool read_tree(const struct reader *r, const cJSON *tree) {
    if (!check_object(r, tree, "the configuration")) {
        return false;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, tree) {
        const struct config_key *key = find_key(r, item, &config_top_keys);
        if (key == NULL || !read_value(r, item, key)) {
            return false;
        }
    }
    // "root" last: the others are relative to the file
    return read_baseline(r, tree) && read_root(r, tree);
}

bool config_parse(struct config *c, struct str text, struct error *err) {
    struct reader r = {.config = c, .err = err};
    struct error syntax = {0}; // "<line>:<column>: <what>"
    struct str stripped = {0};
    cJSON *tree = NULL;
    if (config_json_strip(c->arena, text, &stripped, &syntax)) {
        tree = config_json_parse(stripped, &syntax);
    }
    if (tree == NULL) {
        return error_set(err, STR_FMT ":%s", STR_ARG(c->path), syntax.text);
    }
    bool ok = read_tree(&r, tree);
    cJSON_Delete(tree);
    return ok;
}
