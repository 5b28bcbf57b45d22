// Which translation units share the headers they begin with. Text only.
#include "checker/front/share.h"

#include "checker/base/buf.h"
#include "checker/base/fs.h"
#include "checker/base/hash.h"
#include "checker/base/map.h"
#include "checker/base/vec.h"
#include "checker/front/args.h"
#include "checker/front/scan.h"

#include <string.h>

enum {
    MAX_DIRECTIVES = 64,
    MAX_SOURCE = 64 << 20,
    MAX_DIRECTIVES_TEXT = 1 << 20,
    MIN_MEMBERS = 4, // making a precompiled header costs as much as reading it twice or thrice
};

// The rest of a directive's line holds nothing but a comment that ends there; *at goes behind it.
static bool ends_line(struct str text, size_t *at) {
    size_t end = str_find_char(text, '\n', *at);
    end = end == SIZE_MAX ? text.len : end;
    struct str rest = str_trim(str_slice(text, *at, end));
    size_t close = str_find(rest, STR("*/"), 2);
    bool is_comment =
        str_starts(rest, STR("//")) || (str_starts(rest, STR("/*")) && close + 2 == rest.len);
    *at = end;
    return (rest.len == 0 || is_comment) && str_find_char(rest, '\\', 0) == SIZE_MAX;
}

static size_t skip_spaces(struct str text, size_t at) {
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t')) {
        at++;
    }
    return at;
}

// `#include <x>` or `#include "x"` at `at`; false for anything else.
static bool scan_directive(struct str text, size_t at, struct str *ret, size_t *ret_end) {
    static const struct str word = {"include", 7};
    if (at >= text.len || text.ptr[at] != '#') {
        return false;
    }
    at = skip_spaces(text, at + 1);
    if (!str_eq(str_slice(text, at, at + word.len), word)) {
        return false;
    }
    at = skip_spaces(text, at + word.len);
    char open = at < text.len ? text.ptr[at] : '\0';
    if (open != '<' && open != '"') {
        return false;
    }
    size_t line_end = str_find_char(text, '\n', at);
    size_t close = str_find_char(text, open == '<' ? '>' : '"', at + 1);
    if (close == SIZE_MAX || (line_end != SIZE_MAX && line_end < close)) {
        return false;
    }
    *ret = str_slice(text, at, close + 1);
    *ret_end = close + 1;
    return str_find_char(*ret, '\\', 0) == SIZE_MAX && ends_line(text, ret_end);
}

uint32_t share_scan(struct str text, struct str *ret, uint32_t *ret_ends, uint32_t max) {
    uint32_t count = 0;
    size_t at = scan_skip_blank(text, 0);
    size_t end = 0;
    while (count < max && scan_directive(text, at, &ret[count], &end) && end < UINT32_MAX) {
        ret_ends[count++] = (uint32_t)end;
        at = scan_skip_blank(text, end);
    }
    return count;
}

// One command with the directives it begins with.
struct member {
    uint32_t cmd;
    uint32_t count;
    struct str *includes;
    uint32_t *ends;
    uint64_t *prefix; // hash of the command and of the first i + 1 directives
    bool done;
};

struct planner {
    struct arena *arena;
    struct arena scratch;
    struct arena *reading; // of one file at a time
    struct compile_cmd *cmds;
    struct str dir;
    uint32_t made;
    VEC(struct member) members;
    struct map sizes; // prefix -> members that begin so
};

// Options that put something before the first line, or that precompiled headers do not go with.
static bool is_in_the_way(struct str arg) {
    static const char *const starts[] = {"-include", "--include", "-imacros",     "-x",
                                         "-fmodule", "-fpch",     "-Winvalid-pch"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (str_starts(arg, str_from(starts[i]))) {
            return true;
        }
    }
    return str_eq(arg, STR("--")) || str_starts(arg, STR("/")) ||
           str_starts(arg, STR("--driver-mode"));
}

static bool may_share(const struct compile_cmd *cmd) {
    if (args_cmd_language(cmd) != ARGS_C) {
        return false;
    }
    for (uint32_t i = 1; i < cmd->arg_count; i++) {
        if (is_in_the_way(str_from(cmd->args[i]))) {
            return false;
        }
    }
    return true;
}

static bool is_alike(const struct compile_cmd *a, const struct compile_cmd *b) {
    if (a->arg_count != b->arg_count || !str_eq(a->directory, b->directory) ||
        !str_eq(fs_dirname(a->file), fs_dirname(b->file))) {
        return false;
    }
    for (uint32_t i = 0; i < a->arg_count; i++) {
        if (strcmp(a->args[i], b->args[i]) != 0) {
            return false;
        }
    }
    return true;
}

static uint64_t command_hash(const struct compile_cmd *cmd) {
    struct str lies_in = fs_dirname(cmd->file);
    uint64_t h =
        hash64(lies_in.ptr, lies_in.len, hash64(cmd->directory.ptr, cmd->directory.len, 0));
    for (uint32_t i = 0; i < cmd->arg_count; i++) {
        h = hash64(cmd->args[i], strlen(cmd->args[i]), h);
    }
    return h;
}

static void add_member(struct planner *p, uint32_t cmd) {
    struct member m = {.cmd = cmd};
    struct str text = {0};
    struct error err = {0};
    struct arena_mark mark = arena_mark(p->reading);
    if (!may_share(&p->cmds[cmd]) ||
        !fs_read(p->reading, p->cmds[cmd].file.ptr, MAX_SOURCE, &text, &err)) {
        arena_reset(p->reading, mark);
        return;
    }
    struct str includes[MAX_DIRECTIVES];
    uint32_t ends[MAX_DIRECTIVES];
    m.count = share_scan(text, includes, ends, MAX_DIRECTIVES);
    m.includes = ARENA_ARRAY(p->arena, struct str, m.count);
    m.ends = ARENA_ARRAY(p->arena, uint32_t, m.count);
    m.prefix = ARENA_ARRAY(p->arena, uint64_t, m.count);
    uint64_t prefix = command_hash(&p->cmds[cmd]);
    for (uint32_t i = 0; i < m.count; i++) {
        m.includes[i] =
            str_make(arena_copy(p->arena, includes[i].ptr, includes[i].len), includes[i].len);
        m.ends[i] = ends[i];
        prefix = hash64(includes[i].ptr, includes[i].len, prefix);
        m.prefix[i] = prefix;
        uint32_t size = 0;
        (void)map_get(&p->sizes, prefix, &size);
        map_put(&p->sizes, prefix, size + 1);
    }
    arena_reset(p->reading, mark);
    if (m.count) {
        vec_push(p->arena, &p->members, m);
    }
}

// The first `depth` directives are those of `like`, and so is the command.
static bool is_of_group(const struct planner *p, const struct member *m, const struct member *like,
                        uint32_t depth) {
    return !m->done && m->count >= depth && m->prefix[depth - 1] == like->prefix[depth - 1] &&
           is_alike(&p->cmds[m->cmd], &p->cmds[like->cmd]);
}

static uint32_t group_size(const struct planner *p, const struct member *like, uint32_t depth) {
    uint32_t size = 0;
    (void)map_get(&p->sizes, like->prefix[depth - 1], &size);
    if (size < MIN_MEMBERS) {
        return size;
    }
    size = 0; // without those that have a group
    for (uint32_t i = 0; i < p->members.len; i++) {
        size += is_of_group(p, &p->members.data[i], like, depth);
    }
    return size;
}

static const struct shared_headers *make_shared(struct planner *p, const struct member *like,
                                                uint32_t depth) {
    struct shared_headers *s = ARENA_NEW(p->arena, struct shared_headers);
    struct buf text;
    buf_init(&text, MAX_DIRECTIVES_TEXT);
    for (uint32_t i = 0; i < depth; i++) {
        buf_addf(&text, "#include " STR_FMT "\n", STR_ARG(like->includes[i]));
    }
    s->includes = str_make(arena_copy(p->arena, text.data, text.len), text.len);
    buf_clear(&text);
    buf_addf(&text, STR_FMT "/%u", STR_ARG(p->dir), p->made++);
    s->stem = str_make(arena_copy(p->arena, text.data, text.len), text.len);
    buf_release(&text);
    return s;
}

// As many directives as three quarters of those that share the first have in common.
static void plan_group(struct planner *p, const struct member *like) {
    uint32_t depth = 1;
    uint32_t size = group_size(p, like, depth);
    if (size < MIN_MEMBERS) {
        return;
    }
    for (uint32_t i = 0; i < p->members.len; i++) {
        const struct member *m = &p->members.data[i];
        while (is_of_group(p, m, like, depth) && m->count > depth &&
               4 * group_size(p, m, depth + 1) >= 3 * size) {
            like = m;
            depth++;
        }
    }
    const struct shared_headers *shared = make_shared(p, like, depth);
    const struct member leader = *like; // which is done before the last one is
    for (uint32_t i = 0; i < p->members.len; i++) {
        struct member *m = &p->members.data[i];
        if (is_of_group(p, m, &leader, depth)) {
            m->done = true;
            p->cmds[m->cmd].shared = shared;
            p->cmds[m->cmd].shared_end = m->ends[depth - 1];
        }
    }
}

void share_plan(struct arena *arena, struct compile_cmd *cmds, const uint32_t *todo, uint32_t count,
                struct str dir) {
    struct planner p = {.arena = arena, .cmds = cmds, .dir = dir};
    arena_init(&p.scratch, 0);
    map_init(&p.sizes, &p.scratch);
    struct arena reading;
    arena_init(&reading, 0);
    p.reading = &reading;
    for (uint32_t i = 0; i < count; i++) {
        add_member(&p, todo[i]);
    }
    for (uint32_t i = 0; i < p.members.len; i++) {
        if (!p.members.data[i].done) {
            plan_group(&p, &p.members.data[i]);
        }
    }
    arena_release(&reading);
    arena_release(&p.scratch);
}
