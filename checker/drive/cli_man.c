#include "checker/drive/cli_table.h"

// The manual page (man(7)) and docs/cli.md, from the same table as --help.

#include "version.h"

// --- roff ---

// Escapes what roff would take as its own; backquoted words become bold.
static void roff_text(FILE *out, const char *text) {
    bool bold = false;
    bool line_start = true;
    for (const char *c = text; *c; c++) {
        if (c[0] == '\n' && c[1] == '\n') {
            (void)fputs("\n.PP\n", out);
            c++;
            line_start = true;
            continue;
        }
        if (*c == '`') {
            (void)fputs(bold ? "\\fR" : "\\fB", out);
            bold = !bold;
        } else if (*c == '-') {
            (void)fputs("\\-", out);
        } else if (*c == '\\') {
            (void)fputs("\\e", out);
        } else if (line_start && (*c == '.' || *c == '\'')) {
            (void)fprintf(out, "\\&%c", *c);
        } else {
            (void)fputc(*c, out);
        }
        line_start = *c == '\n';
    }
}

static void roff_term(FILE *out, const char *term, const char *text) {
    (void)fputs(".TP\n\\fB", out);
    roff_text(out, term);
    (void)fputs("\\fR\n", out);
    roff_text(out, text);
    (void)fputc('\n', out);
}

static void roff_notes(FILE *out, const char *head, const struct cli_note *notes) {
    (void)fprintf(out, ".SH \"%s\"\n", head);
    for (; notes->term; notes++) {
        roff_term(out, notes->term, notes->text);
    }
}

static bool has_own_options(enum cli_command command) {
    for (size_t i = 0; i < cli_option_count; i++) {
        bool is_own = cli_options[i].id != OPT_HELP && cli_options[i].id != OPT_VERSION;
        if (is_own && cli_option_applies(&cli_options[i], command)) {
            return true;
        }
    }
    return false;
}

// "check, facts" into `out`: the commands an option belongs to; "all" when to all.
static void name_commands(const struct cli_option *o, char *out, size_t size) {
    size_t len = 0;
    bool all = true;
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (cli_option_applies(o, (enum cli_command)c)) {
            int n = snprintf(out + len, size - len, "%s%s", len ? ", " : "", cli_commands[c].name);
            len = n > 0 && len + (size_t)n < size ? len + (size_t)n : len;
        } else {
            all = false;
        }
    }
    if (all) {
        (void)snprintf(out, size, "all");
    }
}

static bool is_documented(const struct cli_option *o) {
    return o->id != OPT_MARKDOWN; // of a hidden command
}

static void roff_option(FILE *out, const struct cli_option *o) {
    (void)fputs(".TP\n", out);
    if (o->short_name) {
        (void)fprintf(out, "\\fB\\-%c\\fR, ", o->short_name);
    }
    (void)fputs("\\fB\\-\\-", out);
    roff_text(out, o->name);
    (void)fputs("\\fR", out);
    if (o->arg) {
        (void)fputs(" \\fI", out);
        roff_text(out, o->arg);
        (void)fputs("\\fR", out);
    }
    (void)fputc('\n', out);
    roff_text(out, o->help);
    (void)fputc('\n', out);
}

static void roff_options(FILE *out) {
    char commands[200];
    (void)fputs(".SH OPTIONS\nBehind each option stand the commands that know it.\n", out);
    for (int group = 0; group < GROUP_COUNT; group++) {
        (void)fprintf(out, ".SS \"%s\"\n", cli_group_names[group]);
        for (size_t i = 0; i < cli_option_count; i++) {
            const struct cli_option *o = &cli_options[i];
            if ((int)o->group == group && is_documented(o)) {
                name_commands(o, commands, sizeof commands);
                roff_option(out, o);
                (void)fputc('(', out);
                roff_text(out, commands);
                (void)fputs(")\n", out);
            }
        }
    }
}

void cli_print_man(FILE *out) {
    (void)fprintf(out, ".TH THREADLINT 1 \"\" \"threadlint %s\" \"User Commands\"\n",
                  THREADLINT_VERSION);
    (void)fputs(".SH NAME\nthreadlint \\- concurrency linter for C and C++\n.SH SYNOPSIS\n", out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!cli_commands[c].hidden) {
            const char *name = cli_commands[c].name;
            (void)fprintf(out, ".B threadlint%s", c == CLI_CHECK ? "\n[\\fBcheck\\fR]" : " ");
            roff_text(out, c == CLI_CHECK ? "" : name);
            (void)fputs(has_own_options((enum cli_command)c) ? "\n[OPTIONS] " : "\n", out);
            roff_text(out, cli_commands[c].operands);
            (void)fputs("\n.br\n", out);
        }
    }
    (void)fputs(".SH DESCRIPTION\n", out);
    roff_text(out, cli_about);
    (void)fputs("\n.PP\nAn argument \\fB@FILE\\fR stands for the arguments in FILE, quoted as for "
                "a shell.\n"
                ".SH COMMANDS\n",
                out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (cli_commands[c].hidden) {
            continue;
        }
        (void)fprintf(out, ".SS \"threadlint %s\"\n", cli_commands[c].name);
        roff_text(out, cli_commands[c].text);
        (void)fputc('\n', out);
    }
    roff_options(out);
    roff_notes(out, "EXIT STATUS", cli_exit_codes);
    roff_notes(out, "ENVIRONMENT", cli_environment);
    roff_notes(out, "FILES", cli_files);
    roff_notes(out, "EXAMPLES", cli_examples);
}

// --- Markdown ---

static void markdown_notes(FILE *out, const char *head, const struct cli_note *notes) {
    (void)fprintf(out, "## %s\n\n| | |\n|---|---|\n", head);
    for (; notes->term; notes++) {
        (void)fprintf(out, "| `%s` | %s |\n", notes->term, notes->text);
    }
    (void)fputc('\n', out);
}

static void markdown_text(FILE *out, const char *text) {
    for (; *text; text++) {
        (void)fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
    }
}

static void markdown_options(FILE *out) {
    char commands[200];
    for (int group = 0; group < GROUP_COUNT; group++) {
        (void)fprintf(out, "### %s\n\n| option | meaning | commands |\n|---|---|---|\n",
                      cli_group_names[group]);
        for (size_t i = 0; i < cli_option_count; i++) {
            const struct cli_option *o = &cli_options[i];
            if ((int)o->group != group || !is_documented(o)) {
                continue;
            }
            (void)fputs("| ", out);
            if (o->short_name) {
                (void)fprintf(out, "`-%c`, ", o->short_name);
            }
            (void)fprintf(out, "`--%s%s%s` | ", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
            markdown_text(out, o->help);
            name_commands(o, commands, sizeof commands);
            (void)fprintf(out, " | %s |\n", commands);
        }
        (void)fputc('\n', out);
    }
}

void cli_print_markdown(FILE *out) {
    (void)fprintf(out,
                  "# Command line\n\n<!-- Made by `threadlint man --markdown`; do not edit. -->\n\n"
                  "    threadlint [COMMAND] [OPTIONS] [SOURCE...] [-- FLAGS]\n\n%s\n\n"
                  "An argument `@FILE` stands for the arguments in FILE, quoted as for a "
                  "shell.\n\n## Commands\n\n",
                  cli_about);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        const struct cli_command_row *row = &cli_commands[c];
        if (row->hidden) {
            continue;
        }
        (void)fprintf(out, "### threadlint %s\n\n    threadlint %s%s%s%s\n\n%s\n\n", row->name,
                      row->name, has_own_options(row->command) ? " [OPTIONS]" : "",
                      row->operands[0] ? " " : "", row->operands, row->text);
    }
    (void)fputs("## Options\n\n", out);
    markdown_options(out);
    markdown_notes(out, "Exit codes", cli_exit_codes);
    markdown_notes(out, "Environment", cli_environment);
    markdown_notes(out, "Files", cli_files);
    markdown_notes(out, "Examples", cli_examples);
}
