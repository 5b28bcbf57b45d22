#include "checker/drive/cli_table.h"

// --help, for a terminal of 80 columns.

#include <string.h>

enum { WIDTH = 80, TEXT_COLUMN = 26 };

// Words of `text` from column `at`, wrapped with `indent`; backquotes become quotes. Ends with a
// newline.
static void put_wrapped(FILE *out, struct str text, size_t at, int indent) {
    bool first = true;
    while (text.len) {
        struct str word = str_cut(&text, ' ');
        if (!first && at + 1 + word.len > WIDTH) {
            (void)fprintf(out, "\n%*s", indent, "");
            at = (size_t)indent;
            first = true;
        }
        if (!first) {
            (void)fputc(' ', out);
            at++;
        }
        for (size_t i = 0; i < word.len; i++) {
            (void)fputc(word.ptr[i] == '`' ? '\'' : word.ptr[i], out);
        }
        at += word.len;
        first = false;
    }
    (void)fputc('\n', out);
}

static void put_paragraphs(FILE *out, const char *text) {
    struct str rest = str_from(text);
    while (rest.len) {
        size_t end = str_find(rest, STR("\n\n"), 0);
        struct str paragraph = str_slice(rest, 0, end);
        put_wrapped(out, paragraph, 0, 0);
        (void)fputc('\n', out);
        rest = end == SIZE_MAX ? (struct str){0} : str_slice(rest, end + 2, rest.len);
    }
}

static void put_row(FILE *out, const char *term, const char *text) {
    (void)fprintf(out, "  %s", term);
    size_t at = strlen(term) + 2;
    if (at + 2 > TEXT_COLUMN) {
        (void)fputc('\n', out);
        at = 0;
    }
    (void)fprintf(out, "%*s", (int)(TEXT_COLUMN - at), "");
    put_wrapped(out, str_from(text), TEXT_COLUMN, TEXT_COLUMN);
}

static void put_option(FILE *out, const struct cli_option *o) {
    char term[80];
    char lead[8] = "    ";
    if (o->short_name) {
        (void)snprintf(lead, sizeof lead, "-%c, ", o->short_name);
    }
    (void)snprintf(term, sizeof term, "%s--%s%s%s", lead, o->name, o->arg ? " " : "",
                   o->arg ? o->arg : "");
    put_row(out, term, o->help);
}

static void put_options(FILE *out, enum cli_command command) {
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool has_head = false;
        for (size_t i = 0; i < cli_option_count; i++) {
            const struct cli_option *o = &cli_options[i];
            if ((int)o->group != group || !cli_option_applies(o, command)) {
                continue;
            }
            if (!has_head) {
                (void)fprintf(out, "%s:\n", cli_group_names[group]);
                has_head = true;
            }
            put_option(out, o);
        }
        if (has_head) {
            (void)fputc('\n', out);
        }
    }
}

static void put_notes(FILE *out, const char *head, const struct cli_note *notes) {
    (void)fprintf(out, "%s:\n", head);
    for (; notes->term; notes++) {
        put_row(out, notes->term, notes->text);
    }
    (void)fputc('\n', out);
}

void cli_print_help(FILE *out) {
    (void)fputs("Usage: threadlint [COMMAND] [OPTIONS] [SOURCE...] [-- FLAGS]\n\n", out);
    put_paragraphs(out, cli_about);
    (void)fputs("Commands:\n", out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!cli_commands[c].hidden) {
            put_row(out, cli_commands[c].name, cli_commands[c].summary);
        }
    }
    (void)fputs("\nOptions of 'check'; 'threadlint COMMAND --help' lists those of the others.\n\n",
                out);
    put_options(out, CLI_CHECK);
    put_notes(out, "Exit codes", cli_exit_codes);
    put_notes(out, "Examples", cli_examples);
}

void cli_print_command_help(enum cli_command command, FILE *out) {
    const struct cli_command_row *row = &cli_commands[command];
    (void)fprintf(out, "Usage: threadlint %s [OPTIONS]%s%s\n\n", row->name,
                  row->operands[0] ? " " : "", row->operands);
    put_paragraphs(out, row->text);
    put_options(out, command);
    if (command == CLI_CHECK || command == CLI_REVIEW || command == CLI_LINK ||
        command == CLI_FACTS) {
        put_notes(out, "Exit codes", cli_exit_codes);
    }
}
