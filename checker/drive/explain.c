#include "checker/drive/explain.h"

#include "checker/base/json.h"
#include "checker/base/log.h"
#include "checker/drive/output.h"

static const char *precision_name(enum precision p) {
    return p == PRECISION_VERY_HIGH ? "very-high" : p == PRECISION_HIGH ? "high" : "medium";
}

// --- list ---

static void list_text(void) {
    size_t width = 0;
    for (size_t i = 0; i < rule_count; i++) {
        size_t len = str_from(rule_table[i].rule->id).len;
        width = len > width ? len : width;
    }
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *r = rule_table[i].rule;
        (void)printf("%-*s  %-7s  %s%s%s\n", (int)width, r->id, level_name(r->level), r->summary,
                     r->review ? " (profile review)" : "",
                     r->whole_program ? " (whole program)" : "");
    }
}

static void list_json(void) {
    struct json j;
    json_init(&j, stdout, true);
    json_array_begin(&j);
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *r = rule_table[i].rule;
        json_object_begin(&j);
        json_key_c(&j, "id", r->id);
        json_key_str(&j, "family", rule_family(r));
        json_key_c(&j, "summary", r->summary);
        json_key_c(&j, "level", level_name(r->level));
        json_key_c(&j, "precision", precision_name(r->precision));
        json_key_c(&j, "profile", r->review ? "review" : "bugs");
        json_key_bool(&j, "wholeProgram", r->whole_program);
        json_key(&j, "cwe");
        json_array_begin(&j);
        for (size_t k = 0; k < RULE_MAX_CWE && r->cwe[k]; k++) {
            json_int(&j, r->cwe[k]);
        }
        json_array_end(&j);
        if (r->cert) {
            json_key_c(&j, "cert", r->cert);
        }
        json_key(&j, "options");
        json_array_begin(&j);
        for (size_t k = 0; k < RULE_MAX_OPTIONS && r->options[k].name; k++) {
            json_object_begin(&j);
            json_key_c(&j, "name", r->options[k].name);
            json_key_c(&j, "help", r->options[k].help);
            json_key_int(&j, "default", r->options[k].def);
            json_object_end(&j);
        }
        json_array_end(&j);
        json_object_end(&j);
    }
    json_array_end(&j);
    (void)putchar('\n');
}

// docs/rules.md. The table of rules is sorted, so a family is a run of it.
static void list_markdown(void) {
    struct str family = {0};
    (void)printf(
        "# Rules\n\n<!-- Made by `threadlint rules --format markdown`; do not edit. -->\n");
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *r = rule_table[i].rule;
        struct str own = rule_family(r);
        if (!str_eq(family, own)) {
            family = own;
            (void)printf("\n## [" STR_FMT "](rules/" STR_FMT ".md)\n\n"
                         "| rule | level | finds |\n|---|---|---|\n",
                         STR_ARG(own), STR_ARG(own));
        }
        (void)printf("| [%s](rules/" STR_FMT ".md#%s) | %s%s | %s |\n", r->id, STR_ARG(own), r->id,
                     level_name(r->level), r->review ? ", `review`" : "", r->summary);
    }
}

int explain_rules(const struct cli *cli) {
    if (cli->list_format == CLI_FORMAT_JSON) {
        list_json();
    } else if (cli->list_format == CLI_FORMAT_MARKDOWN) {
        list_markdown();
    } else {
        list_text();
    }
    return output_finish();
}

// --- one rule ---

struct page {
    bool colour;
    bool in_code;
};

static void put_colour(const struct page *p, const char *code) {
    if (p->colour) {
        (void)printf("\033[%sm", code);
    }
}

// Backquoted words in colour; without colours as they are.
static void put_inline(const struct page *p, struct str line) {
    bool in = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '`' && p->colour) {
            in = !in;
            put_colour(p, in ? "36" : "0");
        } else {
            (void)putchar(line.ptr[i]);
        }
    }
    if (in) {
        put_colour(p, "0");
    }
    (void)putchar('\n');
}

static void put_line(struct page *p, struct str line) {
    if (str_starts(line, STR("```"))) {
        p->in_code = !p->in_code;
        return;
    }
    if (p->in_code) {
        (void)printf(line.len ? "    " STR_FMT "\n" : "\n" STR_FMT, STR_ARG(line));
    } else if (str_starts(line, STR("#"))) {
        size_t from = 0;
        while (from < line.len && (line.ptr[from] == '#' || line.ptr[from] == ' ')) {
            from++;
        }
        put_colour(p, "1");
        (void)printf(STR_FMT, STR_ARG(str_slice(line, from, line.len)));
        put_colour(p, "0");
        (void)putchar('\n');
    } else {
        put_inline(p, line);
    }
}

static void put_facts(const struct page *p, const struct rule *r) {
    put_colour(p, "1");
    (void)printf("%s", r->id);
    put_colour(p, "0");
    (void)printf(": %s\n", r->summary);
    (void)printf("level %s, precision %s, profile %s", level_name(r->level),
                 precision_name(r->precision), r->review ? "review" : "bugs");
    for (size_t k = 0; k < RULE_MAX_CWE && r->cwe[k]; k++) {
        (void)printf(", CWE-%d", r->cwe[k]);
    }
    (void)printf("%s%s\n", r->cert ? ", CERT " : "", r->cert ? r->cert : "");
    for (size_t k = 0; k < RULE_MAX_OPTIONS && r->options[k].name; k++) {
        const struct rule_option *o = &r->options[k];
        (void)printf("option %s: %s (default %lld)\n", o->name, o->help, (long long)o->def);
    }
}

int explain_rule(const struct cli *cli) {
    struct str id = str_from(cli->operands.data[0]);
    if (str_starts(id, STR("threadlint-"))) {
        id = str_slice(id, sizeof "threadlint-" - 1, id.len);
    }
    size_t index = 0;
    const struct rule *rule = rule_find(id, &index);
    if (!rule) {
        const char *near = rule_nearest(id);
        if (near) {
            log_message(LOG_ERROR, "there is no rule '%s'; did you mean '%s'?",
                        cli->operands.data[0], near);
        } else {
            log_message(LOG_ERROR, "there is no rule '%s'; 'threadlint rules' lists them",
                        cli->operands.data[0]);
        }
        return 2;
    }
    struct page page = {.colour = output_wants_color(cli->color)};
    struct str rest = str_trim(str_from(rule_table[index].doc));
    put_facts(&page, rule);
    (void)putchar('\n');
    while (rest.ptr) {
        put_line(&page, str_cut(&rest, '\n'));
    }
    return output_finish();
}
