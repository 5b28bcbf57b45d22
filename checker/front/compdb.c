// compile_commands.json: JSON (cJSON) -> entries -> args.c -> sorted commands. Arguments are
// interned, since a project's commands differ in a word or two; all else made for an entry goes
// with a scratch arena.
#include "checker/front/compdb.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/intern.h"
#include "checker/front/args.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ORIGIN_MAX = 16 * 1024 }; // bytes of a message: path and reason

struct numbered {
    struct compile_cmd cmd;
    uint64_t entry; // 1-based
};

struct loader {
    const char *path;
    struct str base; // directory of the database, absolute
    struct arena *arena;
    struct arena scratch; // emptied after every entry
    struct interner texts;
    VEC(struct numbered) found;
    struct compdb db;
};

// ---- one entry ----

// "<path> entry <number>" and `rest`.
static struct str entry_text(struct loader *l, const char *rest) {
    struct buf b;
    buf_init(&b, ORIGIN_MAX);
    buf_addf(&b, "%s entry %llu%s", l->path, (unsigned long long)l->db.entries, rest);
    struct str text = {.ptr = arena_copy(l->arena, buf_c(&b), b.len), .len = b.len};
    buf_release(&b);
    return text;
}

static void problem(struct loader *l, const struct error *why) {
    char rest[sizeof why->text + 32];
    (void)snprintf(rest, sizeof rest, ": %s; entry skipped", why->text);
    struct compdb_problem p = {.text = entry_text(l, rest)};
    vec_push(l->arena, &l->db.problems, p);
}

// Value of a text member; NULL when it is missing or not a text.
static const char *member(const cJSON *entry, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, name));
}

static bool json_args(struct loader *l, const cJSON *list, const char ***ret_args,
                      uint32_t *ret_count, struct error *err) {
    if (!cJSON_IsArray(list)) {
        return error_set(err, "'arguments' is not an array");
    }
    VEC(const char *) args = {0};
    for (const cJSON *item = list->child; item; item = item->next) {
        if (!cJSON_IsString(item)) {
            return error_set(err, "'arguments' has an item that is not a text");
        }
        if (args.len >= ARGS_MAX) {
            return error_set(err, "more than %d arguments", ARGS_MAX);
        }
        vec_push(&l->scratch, &args, (const char *)item->valuestring);
    }
    *ret_args = args.data;
    *ret_count = args.len;
    return true;
}

static bool entry_args(struct loader *l, const cJSON *entry, const char ***ret_args,
                       uint32_t *ret_count, struct error *err) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(entry, "arguments");
    const char *command = member(entry, "command");
    if (list) {
        if (!json_args(l, list, ret_args, ret_count, err)) {
            return false;
        }
    } else if (!command) {
        return error_set(err, "neither 'arguments' nor 'command' is there");
    } else if (!args_split(&l->scratch, str_from(command), ret_args, ret_count, err)) {
        return error_wrap(err, "'command'");
    }
    return *ret_count > 0 || error_set(err, "the command is empty");
}

// A pipe or a device as a source would stop the parser.
static bool is_regular(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static struct str keep_text(struct loader *l, struct str text) {
    return intern_text(&l->texts, intern(&l->texts, text));
}

static void keep_cmd(struct loader *l, const struct compile_cmd *cmd) {
    const char **args = ARENA_ARRAY(l->arena, const char *, cmd->arg_count);
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        args[i] = cmd->args[i][0] ? keep_text(l, str_from(cmd->args[i])).ptr : "";
    }
    struct numbered n = {.cmd = *cmd, .entry = l->db.entries};
    n.cmd.file = keep_text(l, cmd->file);
    n.cmd.directory = keep_text(l, cmd->directory);
    n.cmd.args = args;
    n.cmd.origin = entry_text(l, "");
    vec_push(l->arena, &l->found, n);
}

// The file of `cmd` is there; "link/../x.c" through a symbolic link is replaced by what it means.
static bool find_source(struct loader *l, struct str cwd, const char *file, struct compile_cmd *cmd,
                        struct error *err) {
    if (is_regular(cmd->file.ptr)) {
        return true;
    }
    if (!fs_exists(cmd->file.ptr) && file[0] != '/') {
        struct buf b;
        buf_init(&b, ORIGIN_MAX);
        buf_addf(&b, "%s/%s", cwd.ptr, file);
        cmd->file = fs_exists(buf_c(&b)) ? str_from(fs_real(&l->scratch, buf_c(&b))) : cmd->file;
        buf_release(&b);
    }
    if (!fs_exists(cmd->file.ptr)) {
        return error_set(
            err,
            "'%.600s' does not exist; build the project (the file may be generated) or regenerate "
            "the compile database",
            cmd->file.ptr);
    }
    if (!is_regular(cmd->file.ptr)) {
        return error_set(err, "'%.600s' is %s, not a source file", cmd->file.ptr,
                         fs_is_dir(cmd->file.ptr) ? "a directory" : "a pipe or a device");
    }
    return true;
}

// False with a reason when the entry is broken.
static bool read_entry(struct loader *l, const cJSON *entry, struct error *err) {
    if (!cJSON_IsObject(entry)) {
        return error_set(err, "it is not an object");
    }
    const char *file = member(entry, "file");
    const char *directory = member(entry, "directory");
    if (!file || !file[0]) {
        return error_set(err, "'file' is missing or not a text");
    }
    if (!directory || !directory[0]) {
        return error_set(err, "'directory' is missing or not a text");
    }
    const char **args = NULL;
    uint32_t count = 0;
    struct str cwd = str_from(fs_join(&l->scratch, l->base, str_from(directory)));
    struct compile_cmd cmd = {.file = str_from(file)};
    bool ok = entry_args(l, entry, &args, &count, err) &&
              args_normalize(&l->scratch, cwd, str_from(file), args, count, &cmd, err);
    if ((ok ? args_cmd_language(&cmd) : args_file_language(cmd.file)) == ARGS_NO_C) {
        l->db.skipped_other++;
        return true;
    }
    if (!ok) {
        return false;
    }
    if (!find_source(l, cwd, file, &cmd, err)) {
        return false;
    }
    keep_cmd(l, &cmd);
    return true;
}

// ---- order ----

static int compare_cmds(const struct compile_cmd *a, const struct compile_cmd *b) {
    int by_file = str_cmp(a->file, b->file);
    int order = by_file ? by_file : str_cmp(a->directory, b->directory);
    for (uint32_t i = 0; order == 0 && i < a->arg_count && i < b->arg_count; i++) {
        order = a->args[i] == b->args[i]
                    ? 0
                    : strcmp(a->args[i], b->args[i]); // interned: mostly the same pointer
    }
    return order ? order : (a->arg_count > b->arg_count) - (a->arg_count < b->arg_count);
}

static int compare_numbered(const void *left, const void *right) {
    const struct numbered *a = left;
    const struct numbered *b = right;
    int order = compare_cmds(&a->cmd, &b->cmd);
    return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static void sort_and_unique(struct loader *l) {
    if (l->found.len == 0) {
        return;
    }
    qsort(l->found.data, l->found.len, sizeof l->found.data[0], compare_numbered);
    for (uint32_t i = 0; i < l->found.len; i++) {
        const struct compile_cmd *cmd = &l->found.data[i].cmd;
        if (i == 0 || compare_cmds(cmd, &vec_last(&l->db.cmds)) != 0) {
            vec_push(l->arena, &l->db.cmds, *cmd);
        }
    }
}

// ---- the file ----

static bool only_blanks(struct str text, const char *from) {
    for (const char *p = from; p < text.ptr + text.len; p++) {
        if (*p != ' ' && *p != '\t' && *p != '\n' && *p != '\r') {
            return false;
        }
    }
    return true;
}

static unsigned long line_of(struct str text, const char *where) {
    unsigned long line = 1;
    for (const char *p = text.ptr; p < where && p < text.ptr + text.len; p++) {
        line += *p == '\n';
    }
    return line;
}

// cJSON ends a text at a NUL without a word, which would make other arguments of those in the file.
static const char *find_nul(struct str text) {
    const char *raw = text.len ? memchr(text.ptr, 0, text.len) : NULL;
    if (raw) {
        return raw;
    }
    for (size_t at = 0; (at = str_find(text, STR("\\u0000"), at)) != SIZE_MAX; at++) {
        size_t slashes = 0;
        while (slashes < at && text.ptr[at - slashes - 1] == '\\') {
            slashes++;
        }
        if (slashes % 2 == 0) {
            return text.ptr + at;
        }
    }
    return NULL;
}

// The array, or NULL with an error.
static cJSON *parse_json(const char *path, struct str text, struct error *err) {
    const char *end = find_nul(text);
    if (end) {
        error_set(err, "%s:%lu: NUL character in the text; regenerate the compile database", path,
                  line_of(text, end));
        return NULL;
    }
    end = text.ptr;
    cJSON *root = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, 0);
    if (!root || !only_blanks(text, end)) {
        error_set(
            err,
            "%s:%lu: not valid JSON (or nested deeper than %d); regenerate the compile database",
            path, line_of(text, end), COMPDB_MAX_NESTING);
        cJSON_Delete(root);
        return NULL;
    }
    if (!cJSON_IsArray(root)) {
        error_set(err, "%s: a compile database is a JSON array of entries; this is not an array",
                  path);
        cJSON_Delete(root);
        return NULL;
    }
    if (cJSON_GetArraySize(root) > COMPDB_MAX_ENTRIES) {
        error_set(err, "%s: more than %d entries", path, COMPDB_MAX_ENTRIES);
        cJSON_Delete(root);
        return NULL;
    }
    return root;
}

static cJSON *read_json(const char *path, struct error *err) {
    if (fs_exists(path) && !fs_is_dir(path) &&
        !is_regular(path)) { // reading a pipe might never end
        error_set(err, "%s: not a regular file", path);
        return NULL;
    }
    struct arena text_arena;
    arena_init(&text_arena, 0);
    struct str text = {0};
    cJSON *root = fs_read(&text_arena, path, COMPDB_MAX_BYTES, &text, err)
                      ? parse_json(path, text, err)
                      : NULL;
    arena_release(&text_arena);
    return root;
}

bool compdb_load(const char *path, struct arena *arena, struct compdb *ret_db, struct error *err) {
    cJSON *root = read_json(path, err);
    if (!root) {
        return false;
    }
    struct loader l = {.path = arena_copy(arena, path, strlen(path)), .arena = arena};
    struct str full = str_from(fs_join(arena, str_from(fs_cwd(arena)), str_from(path)));
    l.base = fs_dirname(full);
    arena_init(&l.scratch, 0);
    intern_init(&l.texts, arena);
    for (const cJSON *entry = root->child; entry; entry = entry->next) {
        struct error why = {0};
        l.db.entries++;
        if (!read_entry(&l, entry, &why)) {
            problem(&l, &why);
        }
        arena_release(&l.scratch);
    }
    sort_and_unique(&l);
    cJSON_Delete(root);
    *ret_db = l.db;
    return true;
}

// ---- looking for one ----

struct search {
    struct arena *arena;
    char *best;
    struct timespec time;
};

static bool is_newer(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static void consider(struct search *s, struct str directory) {
    char *path = fs_join(s->arena, directory, STR("compile_commands.json"));
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return;
    }
    bool newer = s->best && is_newer(&info.st_mtim, &s->time);
    bool first =
        s->best && !is_newer(&s->time, &info.st_mtim) && !newer && strcmp(path, s->best) < 0;
    if (!s->best || newer ||
        first) { // of equally new ones the first by name: directories are listed in any order
        s->best = path;
        s->time = info.st_mtim;
    }
}

// All directories <directory>/<pattern>.
static void consider_children(struct search *s, struct str directory, struct str pattern) {
    DIR *dir = opendir(arena_copy(s->arena, directory.ptr, directory.len));
    if (!dir) {
        return;
    }
    const struct dirent *item = NULL;
    for (int i = 0; i < COMPDB_MAX_LISTED; i++) {
        item = readdir(dir); // NOLINT(concurrency-mt-unsafe): one thread
        if (!item) {
            break;
        }
        struct str name = str_from(item->d_name);
        if (name.ptr[0] != '.' && str_glob(pattern, name)) {
            consider(s, str_from(fs_join(s->arena, directory, name)));
        }
    }
    (void)closedir(dir);
}

char *compdb_find(struct arena *arena, const char *start) {
    char *here = fs_join(arena, str_from(fs_cwd(arena)), str_from(start));
    struct str level = str_from(here);
    if (fs_exists(here) && !fs_is_dir(here)) {
        level = fs_dirname(level);
    }
    while (true) {
        struct search s = {.arena = arena};
        consider(&s, level);
        consider(&s, str_from(fs_join(arena, level, STR("builddir"))));
        consider_children(&s, level, STR("cmake-build-*"));
        static const char *const roots[] = {"build", "out"};
        for (unsigned i = 0; i < 2; i++) {
            struct str root = str_from(fs_join(arena, level, str_from(roots[i])));
            consider(&s, root);
            consider_children(&s, root, STR("*"));
        }
        if (s.best || level.len <= 1) {
            return s.best;
        }
        level = fs_dirname(level);
    }
}

// ---- one command from the command line ----

struct compile_cmd compdb_fixed(struct arena *arena, const char *file, const char *const *flags,
                                uint32_t flag_count) {
    struct str cwd = str_from(fs_cwd(arena));
    VEC(const char *) args = {0};
    VEC(const char *) unread = {0};
    // "-- g++ -DX x.cpp", as build systems call linters, or flags alone
    bool has_driver = flag_count > 0 && flags[0][0] != '-' && flags[0][0] != '@' &&
                      flags[0][0] != 0 && args_file_language(str_from(flags[0])) == ARGS_NO_C;
    if (!has_driver) {
        vec_push(arena, &args,
                 args_file_language(str_from(file)) == ARGS_CXX ? "clang++" : "clang");
    }
    for (uint32_t i = 0; i < flag_count; i++) {
        vec_push(arena, &args, flags[i]);
    }
    struct compile_cmd cmd = {.file = str_from(fs_join(arena, cwd, str_from(file))),
                              .directory = cwd};
    if (!args_normalize(arena, cwd, cmd.file, args.data, args.len, &cmd, NULL)) {
        // A response file that cannot be read, or no compiler: what there is without them.
        args.len = 0;
        vec_push(arena, &args, "clang");
        for (uint32_t i = 0; i < flag_count; i++) {
            if (flags[i][0] == '-') {
                vec_push(arena, &args, flags[i]);
            } else if (flags[i][0] == '@') {
                vec_push(arena, &unread, flags[i]);
            }
        }
        (void)args_normalize(arena, cwd, cmd.file, args.data, args.len, &cmd, NULL);
        VEC(const char *) all = {0};
        for (uint32_t i = 0; i < cmd.arg_count; i++) {
            vec_push(arena, &all, cmd.args[i]);
        }
        for (uint32_t i = 0; i < unread.len; i++) {
            vec_push(arena, &all, unread.data[i]);
        }
        cmd.args = all.data;
        cmd.arg_count = all.len;
    }
    cmd.origin = STR("command line");
    return cmd;
}
