#include "checker/drive/cli_table.h"

// Completion for shells, from the same table as --help. Each script asks `threadlint rules` for the
// names of rules; the rest is in the script, so completing costs nothing.

#include <string.h>

// What the value of an option, or the operand of a command, is.
enum value_kind { VALUE_ANY, VALUE_WORDS, VALUE_FILE, VALUE_DIR, VALUE_RULE };

static enum value_kind kind_of_name(const char *arg) {
    bool is_file = strcmp(arg, "FILE") == 0 || strcmp(arg, "PATH") == 0;
    bool is_rule = strncmp(arg, "PATTERN", 7) == 0 || strcmp(arg, "RULE") == 0;
    return is_file                   ? VALUE_FILE
           : strcmp(arg, "DIR") == 0 ? VALUE_DIR
           : is_rule                 ? VALUE_RULE
                                     : VALUE_ANY;
}

static enum value_kind kind_of(const struct cli_option *o) {
    return cli_option_word(o->id, 0) ? VALUE_WORDS : kind_of_name(o->arg);
}

static void put_words(FILE *out, const struct cli_option *o) {
    const char *end = strchr(o->arg, '=') ? "=" : ""; // FORMAT=FILE
    const char *word = NULL;
    for (size_t i = 0; (word = cli_option_word(o->id, i)); i++) {
        (void)fprintf(out, "%s%s%s", i ? " " : "", word, end);
    }
}

// "a|b|c" of the operands "a|b|c [SOURCE...]": what the first operand can be; empty when anything.
static struct str topics_of(enum cli_command c) {
    struct str rest = str_from(cli_commands[c].operands);
    struct str first = str_cut(&rest, ' ');
    return str_find_char(first, '|', 0) == SIZE_MAX ? (struct str){0} : first;
}

static void put_topics(FILE *out, enum cli_command c) {
    struct str topics = topics_of(c);
    bool first = true;
    while (topics.len) {
        struct str topic = str_cut(&topics, '|');
        (void)fprintf(out, "%s" STR_FMT, first ? "" : " ", STR_ARG(topic));
        first = false;
    }
}

static bool is_listed(const struct cli_option *o, enum cli_command c) {
    return cli_option_applies(o, c) && !cli_commands[c].hidden;
}

// Names of the commands that know `o` (all listed ones when NULL), each between `before` and
// `after`.
static uint32_t put_commands(FILE *out, const struct cli_option *o, const char *before,
                             const char *after) {
    uint32_t count = 0;
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (o ? is_listed(o, (enum cli_command)c) : !cli_commands[c].hidden) {
            (void)fprintf(out, "%s%s%s", before, cli_commands[c].name, after);
            count++;
        }
    }
    return count;
}

// The first sentence of a help text, as the shell wants it between single quotes: what is in
// `special` gets a backslash, backquotes go, the full stop too.
static void put_sentence(FILE *out, const char *text, const char *special) {
    for (const char *c = text; *c && !(*c == '.' && (c[1] == ' ' || !c[1])); c++) {
        if (*c == '\'') {
            (void)fputs("'\\''", out);
        } else if (*c != '`') {
            (void)fprintf(out, strchr(special, *c) ? "\\%c" : "%c", *c);
        }
    }
}

// --- bash ---

static const char bash_head[] =
    "# bash completion of threadlint; made by `threadlint completions bash`\n"
    "_threadlint() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=check i\n"
    "    if [ \"$cur\" = = ]; then # bash takes `--option=value` for three words\n"
    "        cur=\n"
    "    elif [ \"$prev\" = = ]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        [ \"${COMP_WORDS[i]}\" != -- ] || { compopt -o default; return; }\n"
    "    done\n"
    "    if [ \"$COMP_CWORD\" -gt 1 ]; then\n"
    "        case ${COMP_WORDS[1]} in\n        ";

static void bash_action(FILE *out, enum value_kind kind) {
    switch (kind) {
    case VALUE_DIR:
        (void)fputs("compopt -o dirnames", out);
        break;
    case VALUE_RULE:
        (void)fputs("COMPREPLY=($(compgen -W \"$(threadlint rules | cut -d' ' -f1)\" -- \"$cur\"))",
                    out);
        break;
    case VALUE_FILE:
        (void)fputs("compopt -o default", out);
        break;
    case VALUE_ANY:
    case VALUE_WORDS:
        (void)fputs(":", out);
        break;
    }
}

static void bash_value(FILE *out, const struct cli_option *o) {
    if (!o->arg) {
        return;
    }
    (void)fputs("    ", out);
    for (int c = 0, count = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!is_listed(o, (enum cli_command)c)) {
            continue;
        }
        (void)fprintf(out, "%s\"%s --%s\"", count++ ? "|" : "", cli_commands[c].name, o->name);
        if (o->short_name) {
            (void)fprintf(out, "|\"%s -%c\"", cli_commands[c].name, o->short_name);
        }
    }
    (void)fputs(")\n        ", out);
    if (kind_of(o) == VALUE_WORDS) {
        bool opens = strchr(o->arg, '=') != NULL; // the file follows at once
        (void)fputs(opens ? "compopt -o nospace; " : "", out);
        (void)fputs("COMPREPLY=($(compgen -W \"", out);
        put_words(out, o);
        (void)fputs("\" -- \"$cur\"))", out);
    } else {
        bash_action(out, kind_of(o));
    }
    (void)fputs("\n        return ;;\n", out);
}

static void bash_operands(FILE *out, enum cli_command c) {
    const struct cli_command_row *row = &cli_commands[c];
    (void)fprintf(out, "    %s) options='", row->name);
    for (size_t i = 0; i < cli_option_count; i++) {
        if (cli_option_applies(&cli_options[i], c)) {
            (void)fprintf(out, "--%s ", cli_options[i].name);
        }
    }
    (void)fputs("' words='", out);
    put_topics(out, c);
    if (c == CLI_HELP) {
        put_commands(out, NULL, "", " ");
    }
    (void)fputs(c == CLI_EXPLAIN ? "'; words=$(threadlint rules | cut -d' ' -f1) ;;\n" : "' ;;\n",
                out);
}

static void print_bash(FILE *out) {
    (void)fputs(bash_head, out);
    for (int c = 0, count = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!cli_commands[c].hidden) {
            (void)fprintf(out, "%s%s", count++ ? "|" : "", cli_commands[c].name);
        }
    }
    (void)fputs(") command=${COMP_WORDS[1]} ;;\n        esac\n    fi\n"
                "    case \"$command $prev\" in\n",
                out);
    for (size_t i = 0; i < cli_option_count; i++) {
        bash_value(out, &cli_options[i]);
    }
    (void)fputs("    esac\n    local options= words=\n    case $command in\n", out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!cli_commands[c].hidden) {
            bash_operands(out, (enum cli_command)c);
        }
    }
    (void)fputs("    esac\n    [ \"$COMP_CWORD\" -gt 1 ] || words='", out);
    put_commands(out, NULL, "", " ");
    (void)fputs("'\n"
                "    case $cur in\n"
                "    -*) words=$options ;;\n"
                "    *) compopt -o default ;;\n"
                "    esac\n"
                "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                "}\n"
                "complete -F _threadlint threadlint\n",
                out);
}

// --- zsh ---

static void zsh_action(FILE *out, const struct cli_option *o) {
    switch (kind_of(o)) {
    case VALUE_WORDS:
        (void)fputs("(", out);
        put_words(out, o);
        (void)fputs(")", out);
        break;
    case VALUE_FILE:
        (void)fputs("_files", out);
        break;
    case VALUE_DIR:
        (void)fputs("_files -/", out);
        break;
    case VALUE_RULE:
        (void)fputs("_threadlint_rules", out);
        break;
    case VALUE_ANY:
        (void)fputs(" ", out);
        break;
    }
}

static void zsh_option(FILE *out, const struct cli_option *o) {
    for (int is_long = 0; is_long < 2; is_long++) {
        if (!is_long && !o->short_name) {
            continue;
        }
        (void)fputs("            '*", out);
        if (is_long) {
            (void)fprintf(out, "--%s%s[", o->name, o->arg ? "=" : "");
        } else {
            (void)fprintf(out, "-%c%s[", o->short_name, o->arg ? "+" : "");
        }
        put_sentence(out, o->help, "[]:\\");
        (void)fputs("]", out);
        if (o->arg) {
            (void)fputs(":", out);
            put_sentence(out, o->arg, ":\\");
            (void)fputs(":", out);
            zsh_action(out, o);
        }
        (void)fputs("' \\\n", out);
    }
}

static void zsh_operands(FILE *out, enum cli_command c) {
    (void)fputs("            ", out);
    if (topics_of(c).len) {
        (void)fputs("'1:topic:(", out);
        put_topics(out, c);
        (void)fputs(")' ", out);
    } else if (c == CLI_EXPLAIN) {
        (void)fputs("'1:rule:_threadlint_rules' ", out);
    } else if (c == CLI_HELP) {
        (void)fputs("'1:command:(", out);
        put_commands(out, NULL, "", " ");
        (void)fputs(")' ", out);
    }
    (void)fputs(cli_commands[c].max_operands > 1 ? "'*:file:_files'\n" : "\n", out);
}

static void print_zsh(FILE *out) {
    (void)fputs("#compdef threadlint\n"
                "# zsh completion of threadlint; made by `threadlint completions zsh`\n"
                "_threadlint_rules() {\n"
                "    local -a rules\n"
                "    rules=(${${(f)\"$(threadlint rules)\"}%% *})\n"
                "    compadd -a rules\n"
                "}\n"
                "_threadlint() {\n"
                "    local command=check\n"
                "    local -a commands\n"
                "    commands=(\n",
                out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!cli_commands[c].hidden) {
            (void)fprintf(out, "        '%s:", cli_commands[c].name);
            put_sentence(out, cli_commands[c].summary, ":\\");
            (void)fputs("'\n", out);
        }
    }
    (void)fputs("    )\n"
                "    if (( CURRENT > 2 )) && [[ -n ${commands[(r)$words[2]:*]} ]]; then\n"
                "        command=$words[2]\n"
                "        shift words\n"
                "        (( CURRENT-- ))\n"
                "    elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
                "        _describe command commands\n"
                "        _files\n"
                "        return\n"
                "    fi\n"
                "    case $command in\n",
                out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (cli_commands[c].hidden) {
            continue;
        }
        (void)fprintf(out, "    %s)\n        _arguments -s \\\n", cli_commands[c].name);
        for (size_t i = 0; i < cli_option_count; i++) {
            if (cli_option_applies(&cli_options[i], (enum cli_command)c)) {
                zsh_option(out, &cli_options[i]);
            }
        }
        zsh_operands(out, (enum cli_command)c);
        (void)fputs("        ;;\n", out);
    }
    (void)fputs("    esac\n}\n_threadlint \"$@\"\n", out);
}

// --- fish ---

static void fish_option(FILE *out, const struct cli_option *o) {
    (void)fputs("complete -c threadlint -n '__threadlint_in", out);
    if (!put_commands(out, o, " ", "")) {
        (void)fputs(" none", out);
    }
    (void)fputs("'", out);
    if (o->short_name) {
        (void)fprintf(out, " -s %c", o->short_name);
    }
    (void)fprintf(out, " -l %s", o->name);
    if (o->arg) {
        enum value_kind kind = kind_of(o);
        (void)fputs(kind == VALUE_FILE ? " -rF" : " -x", out);
        if (kind == VALUE_WORDS) {
            (void)fputs(" -a '", out);
            put_words(out, o);
            (void)fputs("'", out);
        } else if (kind == VALUE_DIR) {
            (void)fputs(" -a '(__fish_complete_directories)'", out);
        } else if (kind == VALUE_RULE) {
            (void)fputs(" -a '(__threadlint_rules)'", out);
        }
    }
    (void)fputs(" -d '", out);
    put_sentence(out, o->help, "\\");
    (void)fputs("'\n", out);
}

static void fish_command(FILE *out, enum cli_command c) {
    const struct cli_command_row *row = &cli_commands[c];
    (void)fprintf(out, "complete -c threadlint -n __threadlint_first -a %s -d '", row->name);
    put_sentence(out, row->summary, "\\");
    (void)fputs("'\n", out);
    if (!topics_of(c).len && c != CLI_EXPLAIN && c != CLI_HELP) {
        return;
    }
    (void)fprintf(
        out, "complete -c threadlint -n '__threadlint_in %s; and not __threadlint_first' -f -a '",
        row->name);
    put_topics(out, c);
    if (c == CLI_HELP) {
        put_commands(out, NULL, "", " ");
    }
    (void)fputs(c == CLI_EXPLAIN ? "(__threadlint_rules)'\n" : "'\n", out);
}

static void print_fish(FILE *out) {
    (void)fputs(
        "# fish completion of threadlint; made by `threadlint completions fish`\n"
        "function __threadlint_rules\n"
        "    threadlint rules | string replace -r ' .*' ''\n"
        "end\n"
        "function __threadlint_first\n"
        "    test (count (commandline -opc)) -eq 1\n"
        "end\n"
        "function __threadlint_in # the command, check when none is named, is one of these\n"
        "    set -l words (commandline -opc)\n"
        "    set -l command check\n"
        "    contains -- \"$words[2]\"",
        out);
    put_commands(out, NULL, " ", "");
    (void)fputs("; and set command $words[2]\n"
                "    contains -- $command $argv\n"
                "end\n",
                out);
    for (int c = 0; c < CLI_COMMAND_COUNT; c++) {
        if (!cli_commands[c].hidden) {
            fish_command(out, (enum cli_command)c);
        }
    }
    for (size_t i = 0; i < cli_option_count; i++) {
        fish_option(out, &cli_options[i]);
    }
}

bool cli_print_completions(const char *shell, FILE *out) {
    static const struct {
        const char *shell;
        void (*print)(FILE *out);
    } shells[] = {
        {"bash", print_bash},
        {"zsh",  print_zsh },
        {"fish", print_fish}
    };
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shell, shells[i].shell) == 0) {
            shells[i].print(out);
            return true;
        }
    }
    return false;
}
