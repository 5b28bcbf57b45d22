// tool.driver and taxonomies: what the run looked for, taken from the rule table, so that a viewer
// can explain a result without a network.
#include "reports/sarif_cwe.h"
#include "reports/sarif_private.h"

#include <stdlib.h>

// Identity of the CWE taxonomy, as its publisher's SARIF file has it.
#define CWE_GUID "FFC64C90-42B6-44CE-8BEB-F6B7DAE649E5"

static const struct notice {
    const char *id;
    const char *name;
    const char *text;
    const char *help;
} notices[] = {
    {"file-skipped",   "FileSkipped",          "A file of the compile database was not analysed",
     "Make the file compile with the command of the database, or leave it out in the "
     "configuration"                                                                                                                                },
    {"file-partial",   "FilePartial",          "A file has compile errors and was analysed in part",
     "Make the file compile with the command of the database; a missing header is the usual cause"                                                  },
    {"database-entry", "DatabaseEntry",        "An entry of the compile database cannot be used",
     "Generate the compile database anew"                                                                                                           },
    {"limit",          "LimitReached",         "A limit of the analysis was reached",
     "What lies beyond the limit was not looked at; split the function or the file"                                                                 },
    {"config",         "ConfigurationProblem",
     "The configuration file has an entry that does nothing or is wrong",                            "Correct the entry that the notification names"},
};

static bool is_listed(const struct report *r, const struct rule *rule, size_t index) {
    if (r->rule_enabled == NULL || r->rule_enabled[index]) {
        return true;
    }
    for (uint32_t i = 0; i < r->findings->items.len; i++) {
        if (r->findings->items.data[i].rule == rule) {
            return true;
        }
    }
    return false;
}

static int compare_int(const void *left, const void *right) {
    int a = *(const int *)left;
    int b = *(const int *)right;
    return (a > b) - (a < b);
}

// Index of the entry in the taxonomy, which is sorted; -1 when it is not there.
static int cwe_index(const struct sarif *s, int number) {
    for (uint32_t i = 0; i < s->cwes.len; i++) {
        if (s->cwes.data[i] == number) {
            return (int)i;
        }
    }
    return -1;
}

void sarif_rules_collect(struct sarif *s) {
    s->rule_index = ARENA_ARRAY(&s->arena, uint32_t, rule_count);
    uint32_t next = 0;
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *rule = rule_table[i].rule;
        bool listed = is_listed(s->report, rule, i);
        s->rule_index[i] = listed ? next++ : SARIF_NO_INDEX;
        for (int k = 0; listed && k < RULE_MAX_CWE && rule->cwe[k]; k++) {
            if (cwe_index(s, rule->cwe[k]) < 0) {
                vec_push(&s->arena, &s->cwes, rule->cwe[k]);
            }
        }
    }
    if (s->cwes.len > 1) {
        qsort(s->cwes.data, s->cwes.len, sizeof *s->cwes.data, compare_int);
    }
}

// First paragraph below "### What", on one line; empty when the chapter has none.
static struct str what_of(struct sarif *s, const char *doc) {
    struct str text = str_from(doc);
    size_t at = str_find(text, STR("### What"), 0);
    if (at == SIZE_MAX) {
        return (struct str){0};
    }
    at = str_find_char(text, '\n', at);
    struct str rest = str_trim(str_slice(text, at, text.len));
    size_t end = str_find(rest, STR("\n\n"), 0);
    struct str paragraph = str_trim(str_slice(rest, 0, end));
    char *copy = arena_copy(&s->arena, paragraph.ptr, paragraph.len);
    for (size_t i = 0; i < paragraph.len; i++) {
        copy[i] = copy[i] == '\n' ? ' ' : copy[i];
    }
    return str_make(copy, paragraph.len);
}

static void put_help(struct json *j, struct str text, struct str markdown) {
    json_key(j, "help");
    json_object_begin(j);
    json_key_str(j, "text", text);
    if (markdown.len) {
        json_key_str(j, "markdown", markdown);
    }
    json_object_end(j);
}

static void put_configuration(struct json *j, enum level level) {
    json_key(j, "defaultConfiguration");
    json_object_begin(j);
    json_key_bool(j, "enabled", level != LEVEL_OFF);
    json_key_c(j, "level", level == LEVEL_OFF ? "none" : level_name(level));
    json_object_end(j);
}

static void put_relationships(struct sarif *s, const struct rule *rule) {
    struct json *j = &s->json;
    if (!rule->cwe[0]) {
        return;
    }
    json_key(j, "relationships");
    json_array_begin(j);
    for (int k = 0; k < RULE_MAX_CWE && rule->cwe[k]; k++) {
        char id[24];
        (void)snprintf(id, sizeof id, "CWE-%d", rule->cwe[k]);
        json_object_begin(j);
        json_key(j, "target");
        json_object_begin(j);
        json_key_c(j, "id", id);
        json_key_int(j, "index", cwe_index(s, rule->cwe[k]));
        json_key(j, "toolComponent");
        json_object_begin(j);
        json_key_c(j, "name", "CWE");
        json_key_int(j, "index", 0);
        json_key_c(j, "guid", CWE_GUID);
        json_object_end(j);
        json_object_end(j);
        json_key(j, "kinds");
        json_array_begin(j);
        json_str(j, k == 0 ? STR("superset") : STR("relevant"));
        json_array_end(j);
        json_object_end(j);
    }
    json_array_end(j);
}

static void put_properties(struct json *j, const struct rule *rule) {
    static const char *const precisions[] = {
        [PRECISION_MEDIUM] = "medium",
        [PRECISION_HIGH] = "high",
        [PRECISION_VERY_HIGH] = "very-high",
    };
    const char *severity = rule->level == LEVEL_ERROR     ? "error"
                           : rule->level == LEVEL_WARNING ? "warning"
                                                          : "recommendation";
    json_key(j, "properties");
    json_object_begin(j);
    json_key(j, "tags");
    json_array_begin(j);
    json_str(j, STR("concurrency"));
    json_str(j, rule_family(rule));
    for (int k = 0; k < RULE_MAX_CWE && rule->cwe[k]; k++) {
        char tag[40];
        (void)snprintf(tag, sizeof tag, "external/cwe/cwe-%03d", rule->cwe[k]); // GitHub
        json_str(j, str_from(tag));
        (void)snprintf(tag, sizeof tag, "CWE-%d", rule->cwe[k]); // GitLab
        json_str(j, str_from(tag));
    }
    if (rule->cert) {
        json_str(j, str_from(rule->cert));
    }
    json_array_end(j);
    json_key_c(j, "precision", precisions[rule->precision]);
    json_key_c(j, "problem.severity", severity);
    json_object_end(j);
}

static void put_rule(struct sarif *s, const struct rule_entry *entry) {
    struct json *j = &s->json;
    const struct rule *rule = entry->rule;
    char name[80];
    rule_pascal_name(rule, name, sizeof name);
    struct str summary = str_from(rule->summary);
    struct str what = what_of(s, entry->doc);
    struct str doc = str_trim(str_from(entry->doc));
    json_object_begin(j);
    json_key_c(j, "id", rule->id);
    json_key_c(j, "name", name);
    sarif_message(s, "shortDescription", summary);
    sarif_message(s, "fullDescription", what.len ? what : summary);
    put_help(j, doc.len ? doc : summary, doc);
#ifdef REPORT_HOME_URL
    char url[256];
    (void)snprintf(url, sizeof url, "%s/rules/%s", REPORT_HOME_URL, rule->id);
    json_key_c(j, "helpUri", url);
#endif
    put_configuration(j, rule->level);
    put_relationships(s, rule);
    put_properties(j, rule);
    json_object_end(j);
}

static void put_notices(struct sarif *s) {
    struct json *j = &s->json;
    json_key(j, "notifications");
    json_array_begin(j);
    for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
        const struct notice *n = &notices[i];
        json_object_begin(j);
        json_key_c(j, "id", n->id);
        json_key_c(j, "name", n->name);
        sarif_message(s, "shortDescription", str_from(n->text));
        sarif_message(s, "fullDescription", str_from(n->text));
        sarif_message(s, "help", str_from(n->help));
        put_configuration(j, LEVEL_WARNING);
        json_object_end(j);
    }
    json_array_end(j);
}

void sarif_tool(struct sarif *s) {
    struct json *j = &s->json;
    json_key(j, "tool");
    json_object_begin(j);
    json_key(j, "driver");
    json_object_begin(j);
    json_key_c(j, "name", "threadlint");
    json_key_c(j, "fullName", "threadlint, a concurrency linter for C and C++");
    json_key_str(j, "version", s->report->version);
    json_key_str(j, "semanticVersion", s->report->version);
#ifdef REPORT_HOME_URL
    json_key_c(j, "informationUri", REPORT_HOME_URL);
#endif
    json_key_c(j, "language", "en-US");
    json_key(j, "supportedTaxonomies");
    json_array_begin(j);
    json_object_begin(j);
    json_key_c(j, "name", "CWE");
    json_key_int(j, "index", 0);
    json_key_c(j, "guid", CWE_GUID);
    json_object_end(j);
    json_array_end(j);
    json_key(j, "rules");
    json_array_begin(j);
    for (size_t i = 0; i < rule_count; i++) {
        if (s->rule_index[i] != SARIF_NO_INDEX) {
            put_rule(s, &rule_table[i]);
        }
    }
    json_array_end(j);
    put_notices(s);
    json_object_end(j);
    json_object_end(j);
}

void sarif_taxonomies(struct sarif *s) {
    struct json *j = &s->json;
    json_key(j, "taxonomies");
    json_array_begin(j);
    json_object_begin(j);
    json_key_c(j, "name", "CWE");
    json_key_c(j, "guid", CWE_GUID);
    json_key_c(j, "organization", "MITRE");
    json_key_c(j, "informationUri", "https://cwe.mitre.org/");
    json_key_bool(j, "isComprehensive", false);
    sarif_message(s, "shortDescription", STR("The MITRE Common Weakness Enumeration"));
    json_key(j, "taxa");
    json_array_begin(j);
    for (uint32_t i = 0; i < s->cwes.len; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "CWE-%d", s->cwes.data[i]);
        const char *name = cwe_name(s->cwes.data[i]);
        json_object_begin(j);
        json_key_c(j, "id", id);
        if (name) {
            sarif_message(s, "shortDescription", str_from(name));
        }
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
    json_array_end(j);
}
