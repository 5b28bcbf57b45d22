// Configuration files: any bytes give a configuration or an error.
#include "checker/rule/config_parts.h"
#include "test/fuzz/fuzz.h"

void fuzz_config(struct str input) {
    struct arena arena;
    struct error err = {0};
    struct config c;
    arena_init(&arena, 0);
    config_init(&c, &arena);
    c.path = STR("/project/.threadlint.json");
    c.dir = STR("/project");
    bool ok = config_parse(&c, input, &err);
    fuzz_promise(ok || err.text[0], "an error has a text");
    for (size_t i = 0; ok && i < rule_count; i++) {
        (void)config_level(&c, rule_table[i].rule, STR("src/a.c"));
        (void)config_may_report(&c, rule_table[i].rule);
    }
    (void)(ok && config_is_excluded(&c, STR("src/a.c")));
    (void)config_path_match(input, STR("src/net/a.c"));
    (void)config_path_match(STR("**/net/*.c"), input);
    arena_release(&arena);
}
