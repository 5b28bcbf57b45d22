#include "checker/rule/config_parts.h"

// JSON Schema (draft-07, the one every editor knows) of .threadlint.json, made from the table of
// keys and the table of rules, so that it cannot say anything else than the reader. Editors
// complete rule ids and show their summaries from it.

#include "checker/base/buf.h"
#include "checker/base/json.h"

enum { SENTENCE_BYTES = 1024 };

static void ref(struct json *j, const char *key, const char *target) {
    json_key(j, key);
    json_object_begin(j);
    json_key_c(j, "$ref", target);
    json_object_end(j);
}

static void type(struct json *j, const char *name) {
    json_key_c(j, "type", name);
}

static void text_list(struct json *j) {
    type(j, "array");
    json_key(j, "items");
    json_object_begin(j);
    type(j, "string");
    json_key_int(j, "minLength", 1);
    json_object_end(j);
}

static void words(struct json *j, const char *const *list) {
    json_key(j, "enum");
    json_array_begin(j);
    for (; *list != NULL; list++) {
        json_str(j, str_from(*list));
    }
    json_array_end(j);
}

static void level_definition(struct json *j) {
    json_key(j, "level");
    json_object_begin(j);
    json_key_c(j, "description",
               "off: not reported; note, warning, error: reported at this level; on: reported at "
               "the rule's own level");
    words(j, config_levels);
    json_object_end(j);
}

// A rule level with its own description, for completion in editors.
static void level_property(struct json *j, const char *name, struct str description) {
    json_key(j, name);
    json_object_begin(j);
    json_key_str(j, "description", description);
    words(j, config_levels);
    json_object_end(j);
}

static void family_properties(struct json *j) {
    struct str last = {0};
    for (size_t i = 0; i < rule_count; i++) {
        struct str family = rule_family(rule_table[i].rule);
        if (str_eq(family, last)) {
            continue; // the table is sorted by id: rules of a family are neighbours
        }
        last = family;
        struct buf name;
        struct buf description;
        buf_init(&name, SENTENCE_BYTES);
        buf_init(&description, SENTENCE_BYTES);
        buf_add(&name, family);
        buf_addf(&description, "All rules of the family " STR_FMT, STR_ARG(family));
        level_property(j, buf_c(&name), buf_str(&description));
        buf_release(&description);
        buf_release(&name);
    }
}

static void rules_definition(struct json *j) {
    json_key(j, "rules");
    json_object_begin(j);
    type(j, "object");
    json_key(j, "properties");
    json_object_begin(j);
    family_properties(j);
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *rule = rule_table[i].rule;
        level_property(j, rule->id, str_from(rule->summary));
    }
    json_object_end(j);
    json_key(j, "patternProperties");
    json_object_begin(j);
    ref(j, "[*?]", "#/definitions/level");
    json_object_end(j);
    json_key_bool(j, "additionalProperties", false);
    json_object_end(j);
}

static void option_property(struct json *j, const struct rule_option *option) {
    json_key(j, option->name);
    json_object_begin(j);
    type(j, "integer");
    json_key_c(j, "description", option->help);
    json_key_int(j, "default", option->def);
    if (option->min != 0 || option->max != 0) {
        json_key_int(j, "minimum", option->min);
        json_key_int(j, "maximum", option->max);
    }
    json_object_end(j);
}

static void options_value(struct json *j) {
    type(j, "object");
    json_key(j, "properties");
    json_object_begin(j);
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *rule = rule_table[i].rule;
        json_key(j, rule->id);
        json_object_begin(j);
        type(j, "object");
        json_key(j, "properties");
        json_object_begin(j);
        for (size_t k = 0; k < RULE_MAX_OPTIONS && rule->options[k].name != NULL; k++) {
            option_property(j, &rule->options[k]);
        }
        json_object_end(j);
        json_key_bool(j, "additionalProperties", false);
        json_object_end(j);
    }
    json_object_end(j);
    json_key_bool(j, "additionalProperties", false);
}

static void object_of(struct json *j, const struct config_key_table *table);

static void overrides_value(struct json *j) {
    type(j, "array");
    json_key(j, "items");
    json_object_begin(j);
    object_of(j, &config_override_keys);
    json_key(j, "required");
    json_array_begin(j);
    json_str(j, STR("paths"));
    json_array_end(j);
    json_object_end(j);
}

static void key_value(struct json *j, const struct config_key *key) {
    switch (key->shape) {
    case CONFIG_TEXT:
        type(j, "string");
        break;
    case CONFIG_BOOL:
        type(j, "boolean");
        json_key_bool(j, "default", false);
        break;
    case CONFIG_WORD:
        words(j, key->words);
        json_key_c(j, "default", key->words[0]);
        break;
    case CONFIG_TEXTS:
        text_list(j);
        break;
    case CONFIG_RULES:
        // Beside "$ref" other keywords do not count in draft-07: hence the allOf.
        json_key(j, "allOf");
        json_array_begin(j);
        json_object_begin(j);
        json_key_c(j, "$ref", "#/definitions/rules");
        json_object_end(j);
        json_array_end(j);
        break;
    case CONFIG_OVERRIDES:
        overrides_value(j);
        break;
    case CONFIG_OPTIONS:
        options_value(j);
        break;
    }
}

// Keywords of an object with exactly the keys of `table`. Depth: "overrides" holds a table without
// "overrides".
static void object_of(struct json *j, const struct config_key_table *table) {
    type(j, "object");
    json_key(j, "properties");
    json_object_begin(j);
    for (size_t i = 0; i < table->count; i++) {
        json_key(j, table->keys[i].name);
        json_object_begin(j);
        json_key_c(j, "description", table->keys[i].help);
        key_value(j, &table->keys[i]);
        json_object_end(j);
    }
    json_object_end(j);
    json_key_bool(j, "additionalProperties", false);
}

void config_print_schema(FILE *out) {
    struct json j;
    json_init(&j, out, true);
    json_object_begin(&j);
    json_key_c(&j, "$schema", "http://json-schema.org/draft-07/schema#");
    json_key_c(&j, "title", "threadlint configuration (.threadlint.json)");
    object_of(&j, &config_top_keys);
    json_key(&j, "definitions");
    json_object_begin(&j);
    level_definition(&j);
    rules_definition(&j);
    json_object_end(&j);
    json_object_end(&j);
    (void)fputc('\n', out);
}
