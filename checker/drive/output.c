#include "checker/drive/output.h"

#include "checker/base/buf.h"
#include "checker/base/log.h"
#include "checker/drive/digest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct str environment(const char *name) {
    return str_from(getenv(name)); // NOLINT(concurrency-mt-unsafe): one thread
}

int output_finish(void) {
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return 0;
    }
    log_message(LOG_ERROR, "cannot write to standard output; is there space?");
    return 2;
}

bool output_wants_color(enum cli_color color) {
    struct str force = environment("CLICOLOR_FORCE");
    if (color != CLI_COLOR_AUTO) {
        return color == CLI_COLOR_ALWAYS;
    }
    if (environment("NO_COLOR").len) {
        return false;
    }
    if (force.len && !str_eq(force, STR("0"))) {
        return true;
    }
    return isatty(STDOUT_FILENO) && !str_eq(environment("TERM"), STR("dumb"));
}

int64_t output_time(bool *ret_fixed) {
    int64_t fixed = 0;
    *ret_fixed = str_to_i64(environment("SOURCE_DATE_EPOCH"), &fixed) && fixed >= 0;
    return *ret_fixed ? fixed : digest_seconds();
}

static bool write_to(const struct report *report, const struct reporter *reporter,
                     const struct report_options *options, FILE *out, struct error *err) {
    struct report shown = *report;
    shown.seconds = str_eq(str_from(reporter->name), STR("text"))
                        ? 0
                        : report->seconds; // the same run, the same text
    return reporter->write(&shown, options, out, err) &&
           (fflush(out) == 0 || error_set(err, "cannot write it"));
}

// A device or pipe is written to; only regular files are replaced.
static bool is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static bool write_file(const struct report *report, const struct reporter *reporter,
                       const char *path, const struct report_options *options, struct error *err) {
    struct buf temp;
    buf_init(&temp, PATH_MAX + 32);
    bool direct = is_special(path);
    buf_add_c(&temp, path);
    if (!direct) {
        buf_addf(&temp, ".tmp%ld", (long)getpid());
    }
    FILE *out = fopen(buf_c(&temp), "wb");
    bool ok = out != NULL;
    if (out) {
        ok = write_to(report, reporter, options, out, err);
        ok = fclose(out) == 0 && ok;
        ok = ok && (direct || rename(buf_c(&temp), path) == 0);
    }
    if (!ok && !direct) {
        (void)unlink(buf_c(&temp));
    }
    if (!ok) {
        error_set(err, "cannot write the report '%s'; does its directory exist, is there space?",
                  path);
    }
    buf_release(&temp);
    return ok;
}

static const struct reporter *reporter_named(const char *name) {
    for (size_t i = 0; i < reporter_count; i++) {
        if (strcmp(reporters[i].name, name) == 0) {
            return &reporters[i];
        }
    }
    return NULL;
}

static bool write_annotations(const struct report *report, const struct report_options *options,
                              struct error *err) {
    return write_to(report, reporter_named("github"), options, stdout, err);
}

bool output_write(const struct report *report, const struct cli *cli, struct error *err) {
    struct report_options options = {.with_suppressed = cli->show_suppressed,
                                     .merged_flows = cli->merged_flows,
                                     .scorecard = cli->command == CLI_REVIEW};
    bool ok = true;
    for (uint32_t i = 0; i < cli->outputs.len; i++) {
        const struct cli_output *output = &cli->outputs.data[i];
        bool to_stdout = strcmp(output->path, "-") == 0;
        ok = (to_stdout ? write_to(report, &reporters[output->reporter], &options, stdout, err)
                        : write_file(report, &reporters[output->reporter], output->path, &options,
                                     err)) &&
             ok;
    }
    if (cli->store) {
        ok = sqlite_store(report, cli->store, err) && ok;
    }
    options.colour = output_wants_color(cli->color);
    if (cli->fix_dry_run) { // standard output is the diff
        return ok && output_finish() == 0;
    }
    if (!write_to(report, &reporters[cli->format], &options, stdout, err)) {
        ok = error_set(err, "cannot write the report to standard output");
    }
    if (!cli->has_format && str_eq(environment("GITHUB_ACTIONS"), STR("true"))) {
        ok = write_annotations(report, &options, err) && ok;
    }
    return ok;
}

bool output_baseline(const struct report *report, const char *path, const struct cli *cli,
                     struct error *err) {
    uint32_t count = 0;
    const struct report_options options = {.only_known = cli->prune};
    if (!report->complete && !cli->allow_partial) {
        for (uint32_t i = 0; i < report->notes.len; i++) {
            const struct report_note *note = &report->notes.data[i];
            if (note->level == LEVEL_ERROR) {
                log_message(LOG_WARNING, STR_FMT, STR_ARG(note->text));
            }
        }
        log_message(LOG_ERROR,
                    "the analysis is incomplete: '%s' is left as it was; "
                    "--allow-partial writes it all the same",
                    path);
        return true; // the exit code says the rest
    }
    for (uint32_t i = 0; i < report->findings->items.len; i++) {
        const struct finding *f = &report->findings->items.data[i];
        count += !f->suppressed && (f->known || !cli->prune);
    }
    if (!write_file(report, reporter_named("baseline"), path, &options, err)) {
        return false;
    }
    (void)printf("%s: %u finding%s\n", path, count, count == 1 ? "" : "s");
    return true;
}
