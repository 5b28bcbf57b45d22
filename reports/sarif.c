// SARIF 2.1.0, streamed: one run with its rules, files, results and what went wrong. Paths are
// relative to SRCROOT, columns are UTF-16 units, nothing depends on the machine unless the user
// asks for the absolute root.
#include "reports/sarif_private.h"
#include "reports/scorecard.h"

#include <time.h>

#define SCHEMA_URI "https://json.schemastore.org/sarif-2.1.0.json"

static const char *language_of(struct str path) {
    static const char *const cxx[] = {".cc", ".cpp", ".cxx", ".c++", ".C", ".hh", ".hpp", ".hxx"};
    for (size_t i = 0; i < sizeof cxx / sizeof cxx[0]; i++) {
        if (str_ends(path, str_from(cxx[i]))) {
            return "cplusplus";
        }
    }
    return "c";
}

static void put_artifacts(struct sarif *s) {
    struct json *j = &s->json;
    json_key(j, "artifacts");
    json_array_begin(j);
    for (uint32_t i = 0; i < s->report->files.len; i++) {
        const struct report_file *file = &s->report->files.data[i];
        json_object_begin(j);
        json_key(j, "location");
        sarif_artifact_location(s, file->path);
        if (file->is_main) {
            json_key(j, "roles");
            json_array_begin(j);
            json_str(j, STR("analysisTarget"));
            json_array_end(j);
        }
        json_key_c(j, "sourceLanguage", language_of(file->path));
        json_object_end(j);
    }
    json_array_end(j);
}

static void index_files(struct sarif *s) {
    map_init(&s->files, &s->arena);
    for (uint32_t i = 0; i < s->report->files.len; i++) {
        struct str path = s->report->files.data[i].path;
        map_put(&s->files, hash64(path.ptr, path.len, 0), i);
    }
}

static void put_time(struct json *j, const char *key, int64_t seconds) {
    time_t when = (time_t)seconds;
    struct tm parts;
    char text[40];
    if (seconds > 0 && gmtime_r(&when, &parts) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0) {
        json_key_c(j, key, text);
    }
}

static bool is_about_configuration(const struct report_note *note) {
    return str_eq(str_from(note->id), STR("config"));
}

void sarif_notification(struct sarif *s, const struct report_note *note) {
    struct json *j = &s->json;
    json_object_begin(j);
    json_key(j, "descriptor");
    json_object_begin(j);
    json_key_c(j, "id", note->id);
    json_object_end(j);
    json_key_c(j, "level", note->level == LEVEL_OFF ? "none" : level_name(note->level));
    sarif_message(s, "message", note->text);
    if (note->place.file.len) {
        json_key(j, "locations");
        json_array_begin(j);
        json_object_begin(j);
        if (note->place.line) {
            sarif_physical_location(s, note->place, false);
        } else {
            json_key(j, "physicalLocation");
            json_object_begin(j);
            json_key(j, "artifactLocation");
            sarif_artifact_location(s, note->place.file);
            json_object_end(j);
        }
        json_object_end(j);
        json_array_end(j);
    }
    json_object_end(j);
}

static void put_notifications(struct sarif *s, const char *key, bool configuration) {
    json_key(&s->json, key);
    json_array_begin(&s->json);
    for (uint32_t i = 0; i < s->report->notes.len; i++) {
        if (is_about_configuration(&s->report->notes.data[i]) == configuration) {
            sarif_notification(s, &s->report->notes.data[i]);
        }
    }
    if (!configuration) {
        sarif_limits_notify(s);
    }
    json_array_end(&s->json);
}

static const char *exit_meaning(int code) {
    static const char *const meanings[] = {"no findings", "findings were reported",
                                           "wrong usage or configuration",
                                           "the analysis is incomplete"};
    bool known = code >= 0 && (size_t)code < sizeof meanings / sizeof meanings[0];
    return known ? meanings[code] : "internal error";
}

static void put_invocation(struct sarif *s) {
    const struct report *r = s->report;
    struct json *j = &s->json;
    json_key(j, "invocations");
    json_array_begin(j);
    json_object_begin(j);
    if (r->command_line.len) {
        json_key_str(j, "commandLine", r->command_line);
    }
    if (r->arguments.len) {
        json_key(j, "arguments");
        json_array_begin(j);
        for (uint32_t i = 0; i < r->arguments.len; i++) {
            json_str(j, r->arguments.data[i]);
        }
        json_array_end(j);
    }
    put_time(j, "startTimeUtc", r->start_time);
    put_time(j, "endTimeUtc", r->end_time);
    json_key_int(j, "exitCode", r->exit_code);
    json_key_c(j, "exitCodeDescription", exit_meaning(r->exit_code));
    json_key_bool(j, "executionSuccessful", r->complete);
    if (s->options->absolute_root && r->working_directory.len) {
        json_key(j, "workingDirectory");
        json_object_begin(j);
        json_key_str(j, "uri", sarif_uri(s, r->working_directory, true));
        json_object_end(j);
    }
    put_notifications(s, "toolExecutionNotifications", false);
    put_notifications(s, "toolConfigurationNotifications", true);
    json_object_end(j);
    json_array_end(j);
}

static void put_root(struct sarif *s) {
    struct json *j = &s->json;
    json_key(j, "originalUriBaseIds");
    json_object_begin(j);
    json_key(j, "SRCROOT");
    json_object_begin(j);
    if (s->options->absolute_root) {
        json_key_str(j, "uri", sarif_uri(s, s->report->root, true));
    }
    sarif_message(s, "description", STR("The root directory of the project"));
    json_object_end(j);
    json_object_end(j);
}

// The points of the review: `properties` is the place for what SARIF has no words for.
static void put_scorecard(struct sarif *s) {
    struct json *j = &s->json;
    json_key(j, "properties");
    json_object_begin(j);
    json_key(j, "scorecard");
    json_array_begin(j);
    for (uint32_t i = 0; i < s->report->scorecard.points.len; i++) {
        scorecard_put_json(j, s->report, &s->report->scorecard.points.data[i]);
    }
    json_array_end(j);
    json_object_end(j);
}

// Which revision of which repository was looked at; a repository without an address has none.
static void put_provenance(struct sarif *s) {
    const struct report_revision *r = &s->report->revision;
    struct json *j = &s->json;
    if (!r->id.len || !r->repository.len) {
        return;
    }
    json_key(j, "versionControlProvenance");
    json_array_begin(j);
    json_object_begin(j);
    json_key_str(j, "repositoryUri", r->repository);
    json_key_str(j, "revisionId", r->id);
    if (r->branch.len) {
        json_key_str(j, "branch", r->branch);
    }
    json_object_end(j);
    json_array_end(j);
}

static void put_run(struct sarif *s) {
    struct json *j = &s->json;
    json_object_begin(j);
    sarif_tool(s);
    put_invocation(s);
    json_key(j, "automationDetails");
    json_object_begin(j);
    json_key_c(j, "id", "threadlint/");
    json_object_end(j);
    put_provenance(s);
    put_root(s);
    json_key_c(j, "columnKind", "utf16CodeUnits");
    json_key_c(j, "defaultEncoding", "utf-8");
    put_artifacts(s);
    sarif_taxonomies(s);
    sarif_results(s);
    put_scorecard(s);
    json_object_end(j);
}

bool sarif_write(const struct report *r, const struct report_options *options, FILE *out,
                 struct error *err) {
    struct sarif s = {.report = r, .options = options};
    arena_init(&s.arena, 0);
    arena_init(&s.hashes.arena, 0);
    json_init(&s.json, out, true);
    index_files(&s);
    sarif_rules_collect(&s);
    sarif_limits_measure(&s);
    json_object_begin(&s.json);
    json_key_c(&s.json, "$schema", SCHEMA_URI);
    json_key_c(&s.json, "version", "2.1.0");
    json_key(&s.json, "runs");
    json_array_begin(&s.json);
    put_run(&s);
    json_array_end(&s.json);
    json_object_end(&s.json);
    (void)fputc('\n', out);
    arena_release(&s.hashes.arena);
    arena_release(&s.arena);
    return report_flush(out, err);
}
