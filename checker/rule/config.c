#include "checker/rule/config.h"

// The settings of a run: finding and loading .threadlint.json, and the answers the rest of the tool
// asks for (level of a rule in a file, options). Reading the text is config_parse.c, patterns are
// config_match.c, the published schema is config_schema.c.

#include "checker/base/fs.h"
#include "checker/rule/config_parts.h"

enum { CONFIG_MAX_BYTES = 1 << 20 };

static const char config_file_name[] = ".threadlint.json";

void config_init(struct config *c, struct arena *arena) {
    *c = (struct config){.arena = arena, .profile = PROFILE_BUGS, .fail_on = LEVEL_WARNING};
}

bool config_load(struct config *c, const char *path, struct error *err) {
    struct str text = {0};
    if (!fs_read(c->arena, path, CONFIG_MAX_BYTES, &text, err)) {
        return error_wrap(err, "cannot read the configuration");
    }
    c->path = str_from(arena_copy(c->arena, path, strlen(path)));
    char *cwd = fs_cwd(c->arena);
    char *absolute = fs_join(c->arena, str_from(cwd), c->path);
    struct str dir = fs_dirname(str_from(absolute));
    c->dir = str_from(arena_copy(c->arena, dir.ptr, dir.len));
    c->content = hash128(text.ptr, text.len);
    return config_parse(c, text, err);
}

char *config_find(struct arena *arena, const char *start) {
    char *dir = fs_normalize(arena, str_from(start));
    for (;;) {
        char *candidate = fs_join(arena, str_from(dir), STR(config_file_name));
        if (fs_exists(candidate) && !fs_is_dir(candidate)) {
            return candidate;
        }
        struct str parent = fs_dirname(str_from(dir));
        if (str_eq(parent, str_from(dir)) || parent.len >= strlen(dir)) {
            return NULL;
        }
        dir = arena_copy(arena, parent.ptr, parent.len);
    }
}

bool config_add_setting(struct config *c, struct str pattern, enum level level, bool use_default,
                        struct error *err) {
    size_t equals = str_find_char(pattern, '=', 0);
    if (equals != SIZE_MAX) {
        struct str word = str_slice(pattern, equals + 1, pattern.len);
        pattern = str_slice(pattern, 0, equals);
        if (!config_level_word(word, &level, &use_default)) {
            return error_set(err,
                             "unknown level '" STR_FMT "' of rule '" STR_FMT
                             "'; use off, note, warning, error or on",
                             STR_ARG(word), STR_ARG(pattern));
        }
    }
    if (!config_pattern_is_known(pattern)) {
        const char *near = rule_nearest(pattern);
        return near != NULL ? error_set(err, "unknown rule '" STR_FMT "'; did you mean '%s'?",
                                        STR_ARG(pattern), near)
                            : error_set(err, "unknown rule '" STR_FMT "'", STR_ARG(pattern));
    }
    struct config_setting setting = {
        .pattern = str_from(arena_copy(c->arena, pattern.ptr, pattern.len)),
        .level = level,
        .use_default = use_default,
    };
    vec_push(c->arena, &c->cli_settings, setting);
    return true;
}

static enum level setting_level(const struct config_setting *setting, const struct rule *rule) {
    return setting->use_default ? rule->level : setting->level;
}

// The setting of one set of rules that counts for `rule`: the most exact pattern, of equal ones the
// last. On the command line (`last_wins`) the order alone decides. NULL when no pattern names the
// rule.
static const struct config_setting *pick(const struct config_setting *settings, uint32_t count,
                                         const struct rule *rule, bool last_wins) {
    const struct config_setting *best = NULL;
    unsigned best_rank = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!config_pattern_names(settings[i].pattern, rule)) {
            continue;
        }
        unsigned rank = last_wins ? 1 : config_pattern_rank(settings[i].pattern);
        if (rank >= best_rank) {
            best = &settings[i];
            best_rank = rank;
        }
    }
    return best;
}

static bool override_covers(const struct config_override *o, struct str file) {
    for (uint32_t i = 0; i < o->paths.len; i++) {
        if (config_path_match(o->paths.data[i], file)) {
            return true;
        }
    }
    return false;
}

static enum level base_level(const struct config *c, const struct rule *rule) {
    enum level level = rule->review && c->profile != PROFILE_REVIEW ? LEVEL_OFF : rule->level;
    const struct config_setting *s = pick(c->settings.data, c->settings.len, rule, false);
    return s != NULL ? setting_level(s, rule) : level;
}

enum level config_level(const struct config *c, const struct rule *rule, struct str file) {
    enum level level = base_level(c, rule);
    for (uint32_t i = 0; i < c->overrides.len; i++) {
        const struct config_override *o = &c->overrides.data[i];
        const struct config_setting *s = pick(o->settings.data, o->settings.len, rule, false);
        if (s != NULL && override_covers(o, file)) {
            level = setting_level(s, rule);
        }
    }
    const struct config_setting *cli = pick(c->cli_settings.data, c->cli_settings.len, rule, true);
    return cli != NULL ? setting_level(cli, rule) : level;
}

bool config_may_report(const struct config *c, const struct rule *rule) {
    const struct config_setting *cli = pick(c->cli_settings.data, c->cli_settings.len, rule, true);
    if (cli != NULL) {
        return setting_level(cli, rule) != LEVEL_OFF;
    }
    if (base_level(c, rule) != LEVEL_OFF) {
        return true;
    }
    for (uint32_t i = 0; i < c->overrides.len; i++) {
        const struct config_override *o = &c->overrides.data[i];
        const struct config_setting *s = pick(o->settings.data, o->settings.len, rule, false);
        if (s != NULL && setting_level(s, rule) != LEVEL_OFF) {
            return true;
        }
    }
    return false;
}

int64_t config_rule_option(const struct config *c, const struct rule *rule, const char *name) {
    for (uint32_t i = c->options.len; i > 0; i--) {
        const struct config_option *o = &c->options.data[i - 1];
        if (o->rule == rule && str_eq(o->name, str_from(name))) {
            return o->value;
        }
    }
    for (size_t i = 0; i < RULE_MAX_OPTIONS && rule->options[i].name != NULL; i++) {
        if (str_eq(str_from(rule->options[i].name), str_from(name))) {
            return rule->options[i].def;
        }
    }
    return 0; // a rule asks only for options it declares
}
