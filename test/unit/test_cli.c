// The command line: arguments -> struct cli.
#include "checker/drive/cli.h"

#include "reports/report.h"
#include "test/unit/test.h"

#include <string.h>

struct parsed {
    struct arena arena;
    struct cli cli;
    struct error err;
    bool ok;
};

// `line` is split at blanks.
static void parse(struct parsed *p, const char *line) {
    const char *argv[32] = {"threadlint"};
    int argc = 1;
    *p = (struct parsed){.ok = false};
    arena_init(&p->arena, 0);
    struct str rest = str_from(line);
    while (rest.len && argc < 32) {
        struct str word = str_cut(&rest, ' ');
        argv[argc++] = arena_copy(&p->arena, word.ptr, word.len);
    }
    p->ok = cli_parse(&p->arena, argc, argv, &p->cli, &p->err);
}

static bool fails_with(const char *line, const char *part) {
    struct parsed p;
    parse(&p, line);
    bool fails = !p.ok && strstr(p.err.text, part) != NULL;
    arena_release(&p.arena);
    return fails;
}

TEST(cli_defaults) {
    struct parsed p;
    parse(&p, "");
    CHECK(p.ok);
    CHECK(p.cli.command == CLI_CHECK);
    CHECK(p.cli.tu_timeout == 300);
    CHECK(p.cli.tu_memory == 4096);
    CHECK(p.cli.cache_size == 2048);
    CHECK(p.cli.jobs == 0);
    CHECK(p.cli.color == CLI_COLOR_AUTO);
    CHECK(!p.cli.has_flags && !p.cli.has_profile && !p.cli.has_fail_on);
    arena_release(&p.arena);
}

TEST(cli_command_is_optional) {
    struct parsed p;
    parse(&p, "-p build src/a.c");
    CHECK(p.ok && p.cli.command == CLI_CHECK);
    CHECK_STR_EQ(str_from(p.cli.database), STR("build"));
    CHECK(p.cli.operands.len == 1);
    arena_release(&p.arena);
    parse(&p, "check -p build src/a.c");
    CHECK(p.ok && p.cli.command == CLI_CHECK && p.cli.operands.len == 1);
    arena_release(&p.arena);
    parse(&p, "src/a.c check"); // only the first word can be a command
    CHECK(p.ok && p.cli.command == CLI_CHECK && p.cli.operands.len == 2);
    arena_release(&p.arena);
}

TEST(cli_forms_of_options) {
    struct parsed p;
    parse(&p, "--jobs=3 --root dir -qv");
    CHECK(p.ok && p.cli.jobs == 3 && p.cli.quiet && p.cli.verbose);
    CHECK_STR_EQ(str_from(p.cli.root), STR("dir"));
    arena_release(&p.arena);
    parse(&p, "-j4");
    CHECK(p.ok && p.cli.jobs == 4);
    arena_release(&p.arena);
    parse(&p, "-qj 5");
    CHECK(p.ok && p.cli.jobs == 5 && p.cli.quiet);
    arena_release(&p.arena);
    parse(&p, "--root=a=b");
    CHECK(p.ok);
    CHECK_STR_EQ(str_from(p.cli.root), STR("a=b"));
    arena_release(&p.arena);
}

TEST(cli_flags_after_dashes) {
    struct parsed p;
    parse(&p, "a.c -- -Iinclude --jobs @x -- y");
    CHECK(p.ok && p.cli.has_flags && p.cli.operands.len == 1 && p.cli.flags.len == 5);
    CHECK_STR_EQ(str_from(p.cli.flags.data[2]), STR("@x"));
    CHECK(p.cli.jobs == 0);
    arena_release(&p.arena);
    parse(&p, "a.c --");
    CHECK(p.ok && p.cli.has_flags && p.cli.flags.len == 0);
    arena_release(&p.arena);
}

TEST(cli_settings_keep_their_order) {
    struct parsed p;
    parse(&p, "--disable * --enable a-b=error --disable a-b");
    CHECK(p.ok && p.cli.settings.len == 3);
    CHECK(p.cli.settings.data[0].disable && !p.cli.settings.data[1].disable);
    CHECK_STR_EQ(str_from(p.cli.settings.data[1].pattern), STR("a-b=error"));
    arena_release(&p.arena);
}

TEST(cli_outputs) {
    struct parsed p;
    parse(&p, "--output sarif=a=b.sarif --output text=t --format json --db x.db");
    CHECK(p.ok && p.cli.outputs.len == 2);
    CHECK_STR_EQ(str_from(reporters[p.cli.outputs.data[0].reporter].name), STR("sarif"));
    CHECK_STR_EQ(str_from(p.cli.outputs.data[0].path), STR("a=b.sarif"));
    CHECK_STR_EQ(str_from(reporters[p.cli.format].name), STR("json"));
    CHECK_STR_EQ(str_from(p.cli.store), STR("x.db"));
    arena_release(&p.arena);
}

TEST(cli_words) {
    struct parsed p;
    parse(&p, "--profile review --fail-on never --color always");
    CHECK(p.ok && p.cli.has_profile && p.cli.profile == PROFILE_REVIEW);
    CHECK(p.cli.has_fail_on && p.cli.fail_on == LEVEL_OFF);
    CHECK(p.cli.color == CLI_COLOR_ALWAYS);
    arena_release(&p.arena);
    parse(&p, "--fail-on error");
    CHECK(p.ok && p.cli.fail_on == LEVEL_ERROR);
    arena_release(&p.arena);
}

TEST(cli_output_of_facts_is_a_file) {
    struct parsed p;
    parse(&p, "facts --shard 2/3 -o part");
    CHECK(p.ok && p.cli.command == CLI_FACTS && p.cli.shard == 2 && p.cli.shard_count == 3);
    CHECK_STR_EQ(str_from(p.cli.facts_file), STR("part"));
    arena_release(&p.arena);
}

TEST(cli_format_of_rules) {
    struct parsed p;
    parse(&p, "rules --format=json");
    CHECK(p.ok && p.cli.list_format == CLI_FORMAT_JSON);
    arena_release(&p.arena);
    CHECK(fails_with("rules --format=sarif", "none of text, json"));
}

TEST(cli_help_needs_no_operands) {
    struct parsed p;
    parse(&p, "explain --help");
    CHECK(p.ok && p.cli.help && p.cli.command == CLI_EXPLAIN);
    arena_release(&p.arena);
    parse(&p, "link --version");
    CHECK(p.ok && p.cli.version);
    arena_release(&p.arena);
}

TEST(cli_errors) {
    CHECK(fails_with("--jbs 3", "did you mean '--jobs'?"));
    CHECK(fails_with("-x", "unknown option '-x'"));
    CHECK(fails_with("--jobs", "needs a value: --jobs N"));
    CHECK(fails_with("--jobs -- x", "needs a value"));
    CHECK(fails_with("--jobs 1025", "from 1 to 1024"));
    CHECK(fails_with("--jobs -1", "not a whole number"));
    CHECK(fails_with("--jobs 99999999999999999999", "not a whole number"));
    CHECK(fails_with("--quiet=1", "takes no value"));
    CHECK(fails_with("--root=", "the value is empty"));
    CHECK(fails_with("--output sarif", "not FORMAT=FILE"));
    CHECK(fails_with("--output nosuch=x", "'nosuch' is none of"));
    CHECK(fails_with("facts --shard 0/3", "from 1 to 3"));
    CHECK(fails_with("facts --shard 3", "not I/N"));
    CHECK(fails_with("link", "needs more arguments"));
    CHECK(fails_with("explain a b", "too many arguments, first 'b'"));
    CHECK(fails_with("link a -- -I.", "takes no compiler flags"));
    CHECK(fails_with("link a --shard 1/2", "is an option of 'facts', not of 'link'"));
}
