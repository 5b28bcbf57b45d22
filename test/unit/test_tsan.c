// Logs of ThreadSanitizer: what is read of them.
#include "checker/base/buf.h"
#include "checker/rule/tsan.h"
#include "test/unit/test.h"

static const char log_text[] =
    "some output of the program\n"
    "    #0 no report yet /a/b.c:1 (x+0x1)\n"
    "==================\n"
    "\033[1m\033[31mWARNING: ThreadSanitizer: data race (pid=1)\n"
    "  Write of size 4 at 0x7b by thread T1 (mutexes: write M1):\n"
    "    #0 ns::queue<int, long>::push(int const&) /a/b dir/q.hpp:12:5 (demo+0x1) (BuildId: ab)\n"
    "    #1 worker /a/w.c:30 (demo+0x12)\n"
    "    #2 <null> <null> (libc.so.6+0x1)\n"
    "\n"
    "  Previous read of size 4 at 0x7b by main thread:\n"
    "    [failed to restore the stack]\n"
    "\n"
    "  Location is global 'ns::hits' of size 4 at 0x7b (demo+0x4)\n"
    "SUMMARY: ThreadSanitizer: data race /a/w.c:30 in worker\n"
    "==================\n"
    "==================\n"
    "WARNING: ThreadSanitizer: double lock of a mutex (pid=1)\r\n"
    "    #0 pthread_mutex_lock <null> (demo+0x1)\r\n"
    "    #1 twice w.c:7 (demo+0x2)\r\n"
    "\r\n"
    "  Mutex M0 (0x7b) created at:\r\n"
    "    #0 main w.c:99 (demo+0x2)\r\n"
    "==================\n"
    "WARNING: ThreadSanitizer: something new (pid=1)\n"
    "    #x\n    #\n    #1\n    #99999999999999999999999999 f a:1\n    #2 f a.c:99999999999999\n";

TEST(tsan_reads_reports) {
    struct arena arena;
    arena_init(&arena, 0);
    struct tsan_log log = {.arena = &arena};
    tsan_read(&log, STR("t.log"), str_from(log_text));
    CHECK(log.reports.len == 3);
    const struct tsan_report *race = &log.reports.data[0];
    CHECK(race->kind == TSAN_RACE && race->line == 4 && race->stacks.len == 2);
    CHECK_STR_EQ(race->title, STR("data race"));
    CHECK_STR_EQ(race->variable, STR("ns::hits"));
    CHECK(race->stacks.data[0].frames.len == 3 && race->stacks.data[1].frames.len == 0);
    const struct tsan_frame *frames = race->stacks.data[0].frames.data;
    CHECK_STR_EQ(frames[0].file, STR("dir/q.hpp")); // blanks in paths end them
    CHECK(frames[0].line == 12);
    CHECK_STR_EQ(frames[1].function, STR("worker"));
    CHECK_STR_EQ(frames[1].file, STR("/a/w.c"));
    CHECK(frames[1].line == 30 && frames[2].line == 0 && frames[2].file.len == 0);
    const struct tsan_report *twice = &log.reports.data[1];
    CHECK(twice->kind == TSAN_LOCK_USE && twice->stacks.len == 2);
    CHECK_STR_EQ(twice->title, STR("double lock of a mutex"));
    CHECK_STR_EQ(twice->stacks.data[0].frames.data[1].file, STR("w.c"));
    CHECK(log.reports.data[2].kind == TSAN_OTHER);
    arena_release(&arena);
}

// --- matching ---

static struct str own_file(void *ctx, struct str path) {
    (void)ctx;
    return str_starts(path, STR("/a/")) ? str_slice(path, 3, path.len) : (struct str){0};
}

static struct str line_text(void *ctx, struct place place) {
    (void)ctx;
    return place.line == 30 ? STR("q->len++;") : STR("return q->length;");
}

static bool is_confirmed(const char *subject, uint32_t here, uint32_t there, uint32_t chain,
                         const char *location) {
    struct arena arena;
    arena_init(&arena, 0);
    struct finding_list list = {.arena = &arena};
    struct finding f = {
        .rule = rule_find(STR("shared-state-race"), NULL),
        .place = {STR("w.c"), here, 1, 0},
        .subject = str_from(subject)
    };
    struct finding_step access = {
        .place = {STR("w.c"), there, 1, 0},
          .kind = STEP_ACCESS
    };
    struct finding_step call = {
        .place = {STR("w.c"), chain, 1, 0},
          .kind = STEP_CALL
    };
    vec_push(&arena, &f.steps, access);
    vec_push(&arena, &f.steps, call);
    vec_push(&arena, &list.items, f);
    struct buf text;
    buf_init(&text, 4096);
    buf_addf(
        &text,
        "WARNING: ThreadSanitizer: data race (pid=1)\n  Write of size 4 at 0x1 by thread T1:\n"
        "    #0 memset <null> (x+0x1)\n    #1 f /a/w.c:30 (x+0x1)\n    #2 g /a/w.c:31 (x+0x1)\n"
        "\n  Previous read of size 4 at 0x1 by main thread:\n    #0 h /a/w.c:40 (x+0x1)\n"
        "    #1 main /a/w.c:50 (x+0x1)\n\n%s\n  Thread T1 (tid=1) created by main thread at:\n"
        "    #0 main /a/w.c:60 (x+0x1)\n",
        location);
    struct tsan_log log = {.arena = &arena};
    struct tsan_sources sources = {own_file, line_text, NULL};
    tsan_read(&log, STR("t.log"), buf_str(&text));
    tsan_confirm(&log, &sources, &list);
    bool is = list.items.data[0].confirmed.len > 0;
    CHECK(is == (log.reports.data[0].findings == 1));
    buf_release(&text);
    arena_release(&arena);
    return is;
}

TEST(tsan_confirms_a_race_by_both_places_or_one_and_the_name) {
    CHECK(is_confirmed("q->any", 30, 40, 1, ""));
    CHECK(is_confirmed("q->any", 31, 50, 1, "")); // told at the calls
    CHECK(is_confirmed("q->len", 99, 40, 1, "")); // the other line names it
    CHECK(!is_confirmed("q->length", 99, 40, 1, ""));
    CHECK(!is_confirmed("q->len", 99, 30, 1, "")); // "length" is another name
    CHECK(!is_confirmed("q->any", 30, 99, 1, ""));
    CHECK(!is_confirmed("q->any", 30, 99, 40, "")); // a call on the way is no access
    CHECK(!is_confirmed("q->any", 60, 98, 1, ""));  // where the thread is made
    CHECK(is_confirmed("any", 30, 99, 1, "  Location is global 'any' of size 4 at 0x1 (x+0x1)\n"));
    const char *other = "  Location is global 'other' of size 4 at 0x1 (x+0x1)\n";
    CHECK(!is_confirmed("any", 30, 40, 1, other));
    CHECK(is_confirmed("q->any", 30, 40, 1, other)); // q may be its address
    CHECK(is_confirmed("other.any", 30, 99, 1, other));
}
