// Textual form of facts: round trips and errors.
#include "checker/ir/check.h"
#include "checker/ir/pack.h"
#include "checker/ir/text.h"
#include "test/unit/test.h"
#include "test/unit/test_ir_sample.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 1 << 20 };

TEST(ir_text_round_trip_of_everything) {
    struct arena arena;
    arena_init(&arena, 0);
    struct facts f;
    ir_sample(&f, &arena);
    struct error err = {.set = false};
    CHECK(ir_check(&f, &err));
    CHECK_STR_EQ(err.text, "");
    struct buf once;
    struct buf twice;
    buf_init(&once, MAX_TEXT);
    buf_init(&twice, MAX_TEXT);
    ir_text_print(&f, &once);
    struct facts again;
    CHECK(ir_text_parse(buf_str(&once), &arena, &again, &err));
    CHECK_STR_EQ(err.text, "");
    ir_text_print(&again, &twice);
    CHECK_STR_EQ(buf_c(&twice), buf_c(&once));
    CHECK(again.ops.len == f.ops.len && again.blocks.len == f.blocks.len);
    CHECK(again.edges.len == f.edges.len && again.calls.len == f.calls.len);
    CHECK(again.args.len == f.args.len && again.vars.len == f.vars.len);
    CHECK(again.records.len == f.records.len && again.syms.len == f.syms.len);
    CHECK(again.fields.len == f.fields.len);
    buf_release(&once);
    buf_release(&twice);
    arena_release(&arena);
}

static const char SMALL[] =
    "# a thread and its lock\n"
    "tu \"src/a.c\"\n"
    "file \"src/a.c\" main own\n"
    "record \"c:@S@queue\" queue @1:8\n"
    "  field mu: pthread_mutex_t{opaque pthread_mutex} @2:5\n"
    "sym \"c:@F@pthread_mutex_lock\" pthread_mutex_lock: int params=1 system\n"
    "sym \"c:@F@worker\" worker: void * params=1\n"
    "\n"
    "fn worker @10:7 to @20:1\n"
    "  param q: struct queue * @10:20\n"
    "  local r: int\n"
    "  b1:\n"
    "    c1: int = call pthread_mutex_lock(&q->mu) @12:5\n"
    "    write r = c1 init @12:3\n"
    "    branch c1 == 0 -> true b2, false b3 @13:3\n"
    "  b2:\n"
    "    return q @14:3\n"
    "  b3:\n"
    "    return @15:3\n";

TEST(ir_text_of_a_small_function) {
    struct arena arena;
    arena_init(&arena, 0);
    struct facts f;
    struct error err = {.set = false};
    CHECK(ir_text_parse(str_from(SMALL), &arena, &f, &err));
    CHECK_STR_EQ(err.text, "");
    CHECK(f.fns.len == 2 && f.fns.data[1].block_count == 3 && f.fns.data[1].param_count == 1);
    struct buf out;
    buf_init(&out, MAX_TEXT);
    facts_print_val(&f, f.args.data[f.calls.data[1].first_arg.v], &out);
    CHECK_STR_EQ(buf_c(&out), "&q->mu");
    buf_clear(&out);
    const struct ir_val *arg = &f.vals.data[f.args.data[f.calls.data[1].first_arg.v].v];
    CHECK(f.types.data[f.paths.data[arg->path.v].type.v].kind == TYPE_TYPEDEF);
    ir_text_print_fn(&f, (fn_id){1}, &out);
    CHECK_STR_EQ(buf_c(&out), strstr(SMALL, "fn worker"));
    buf_release(&out);
    arena_release(&arena);
}

TEST(ir_text_errors_name_the_line) {
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"tu",                                                              "line 1: expected a quoted text, at ''"                               },
        {"tu \"a.c\" x",                                                    "line 1: unexpected text at the end of the line, at 'x'"              },
        {"\n\nfrob\n",                                                      "line 3: unknown kind of line, at 'frob'"                             },
        {"tu \"a",                                                          "line 1: expected the closing quote, at ''"                           },
        {"tu \"\\q\"",                                                      "line 1: expected one of \\\" \\\\ \\n \\x00, at '\"'"                },
        {"  param x: int\n",                                                "line 1: a variable of a function before any function, at ' int'"     },
        {"field x: int\n",                                                  "line 1: a field before any record, at ' x: int'"                     },
        {"sym \"k\" a: int\nsym \"k\" b: int\n",
         "line 2: a second function of this key, at ': int'"                                                                                      },
        {"fn nobody\n",                                                     "line 1: no function, or several, of this name, at 'nobody'"          },
        {"fn -\n  read x\n",                                                "line 2: no variable, or several, of the name before this, at ''"     },
        {"fn -\n  b2:\n",                                                   "line 2: blocks of a function are numbered from 1 without gaps, at ''"},
        {"fn -\n  b1:\n  b2:\n",                                            "line 3: the block before this one has no terminator, at ''"          },
        {"fn -\n  b1:\n    nop\n",                                          "facts: blocks[1]: not terminated"                                    },
        {"fn -\n",                                                          "facts: fns[1]: blocks out of range or shared, or no entry"           },
        {"fn -\n  b1:\n    jump -> b2\n",                                   "facts: edges[1]: kind or block out of range"                         },
        {"fn -\n  b1:\n    jump -> b0\n",                                   "line 3: no such block, at ''"                                        },
        {"fn -\n  b1:\n    return c1\n",
         "line 3: no such call: calls of a function are numbered from 1 "
         "without gaps, at ''"                                                                                                                    },
        {"fn -\n  b1:\n    c1 = call -()\n    c1 = call -()\n    return\n",
         "line 4: a second call of this number, at ' = call -()'"                                                                                 },
        {"fn -\n  b1:\n    c1 = call -(c1)\n    return\n",
         "facts: a path, value or call contains itself"                                                                                           },
        {"fn -\n  b1:\n    write 5 = 6\n",                                  "line 3: expected a place before this, at ' = 6'"                     },
        {"global x: int [\n",                                               "line 1: expected the number of elements, at ''"                      },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena, 0);
        struct facts f;
        struct error err = {.set = false};
        CHECK(!ir_text_parse(str_from(cases[i].text), &arena, &f, &err));
        CHECK_STR_EQ(err.text, cases[i].want);
        arena_release(&arena);
    }
}

TEST(ir_text_deep_nesting_is_an_error) {
    struct arena arena;
    arena_init(&arena, 0);
    struct buf text;
    buf_init(&text, MAX_TEXT);
    buf_add_c(&text, "fn -\n  b1:\n    return ");
    for (int i = 0; i < 100000; i++) {
        buf_add_char(&text, i % 2 ? '!' : '(');
    }
    struct facts f;
    struct error err = {.set = false};
    CHECK(!ir_text_parse(buf_str(&text), &arena, &f, &err));
    CHECK(strstr(err.text, "line 3: nested too deeply") != NULL);
    buf_clear(&text);
    buf_add_c(&text, "global x: ");
    for (int i = 0; i < 100000; i++) {
        buf_add_c(&text, "t{");
    }
    CHECK(!ir_text_parse(buf_str(&text), &arena, &f, &err));
    CHECK(strstr(err.text, "line 1: nested too deeply") != NULL);
    buf_release(&text);
    arena_release(&arena);
}

// Damaged texts give an error or facts that can be printed.
TEST(ir_text_survives_damage) {
    struct arena arena;
    arena_init(&arena, 0);
    struct facts f;
    ir_sample(&f, &arena);
    struct buf text;
    struct buf out;
    buf_init(&text, MAX_TEXT);
    buf_init(&out, MAX_TEXT);
    ir_text_print(&f, &text);
    uint64_t random = 42;
    for (int i = 0; i < 1000; i++) {
        struct arena own;
        arena_init(&own, 0);
        random = hash_mix(random, 1);
        size_t at = random % text.len;
        char old = text.data[at];
        text.data[at] = "0123456789 \n:#@{}()[]<>=-*&!?\"\\bcfnx"[(random >> 32) % 36];
        struct facts damaged;
        struct error err = {.set = false};
        if (ir_text_parse(buf_str(&text), &own, &damaged, &err)) {
            buf_clear(&out);
            ir_text_print(&damaged, &out);
        } else {
            CHECK(err.text[0] != '\0');
        }
        text.data[at] = old;
        arena_release(&own);
    }
    buf_release(&text);
    buf_release(&out);
    arena_release(&arena);
}
