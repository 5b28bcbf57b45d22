#include "checker/rule/tsan.h"

// A race names two stacks, a lock-order report one for each edge of the cycle, a leak the one that
// started the thread. A finding is confirmed when its places are on them: for a race both, or one
// and the variable. The same place alone is not enough, since a line may touch more than one thing.

#include "checker/base/buf.h"

enum { MAX_FRAMES = 64, MAX_STACKS = 16, MAX_REPORTS = 100000 };

// --- reading ---

static const struct {
    const char *title; // begins so
    enum tsan_kind kind;
} kinds[] = {
    {"data race",               TSAN_RACE       },
    {"race on ",                TSAN_RACE       },
    {"heap-use-after-free",     TSAN_RACE       },
    {"use of an invalid vptr",  TSAN_RACE       },
    {"lock-order-inversion",    TSAN_LOCK_ORDER },
    {"thread leak",             TSAN_THREAD_LEAK},
    {"double lock",             TSAN_LOCK_USE   },
    {"unlock of an unlocked",   TSAN_LOCK_USE   },
    {"read lock of a write",    TSAN_LOCK_USE   },
    {"read unlock of a write",  TSAN_LOCK_USE   },
    {"destroy of a locked",     TSAN_LOCK_USE   },
    {"use of an invalid mutex", TSAN_LOCK_USE   },
    {"use of an uninitialized", TSAN_LOCK_USE   },
    {"signal-unsafe call",      TSAN_SIGNAL     },
    {"signal handler spoils",   TSAN_SIGNAL     },
};

static enum tsan_kind kind_of(struct str title) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_starts(title, str_from(kinds[i].title))) {
            return kinds[i].kind;
        }
    }
    return TSAN_OTHER;
}

// "data race (pid=123)", in the colours of a terminal, maybe.
static struct str title_of(struct str text) {
    size_t pid = str_find(text, STR(" (pid="), 0);
    return str_trim(pid == SIZE_MAX ? text : str_slice(text, 0, pid));
}

// Number behind the last colon of `*text`, which is cut off with it; 0 for none.
static uint32_t cut_number(struct str *text) {
    size_t colon = str_rfind_char(*text, ':');
    uint64_t number = 0;
    if (colon == SIZE_MAX || !str_to_u64(str_slice(*text, colon + 1, text->len), &number) ||
        number > UINT32_MAX) {
        return 0;
    }
    text->len = colon;
    return (uint32_t)number;
}

// "(a.out+0x1234)", "(BuildId: ...)"
static struct str without_module(struct str text) {
    while (str_ends(text, STR(")"))) {
        size_t open = str_rfind_char(text, '(');
        if (open == SIZE_MAX || open == 0 || text.ptr[open - 1] != ' ' ||
            (str_find(text, STR("+0x"), open) == SIZE_MAX &&
             str_find(text, STR("BuildId"), open) == SIZE_MAX)) {
            break;
        }
        text = str_trim(str_slice(text, 0, open));
    }
    return text;
}

// "#0 function(arguments) /path/file.c:12:5 (module+0x1)"; the column is clang's.
static bool read_frame(struct str text, struct tsan_frame *ret) {
    uint64_t number = 0;
    struct str rest = str_slice(text, 1, text.len);
    if (!str_starts(text, STR("#")) || !str_to_u64(str_cut(&rest, ' '), &number)) {
        return false;
    }
    rest = without_module(str_trim(rest));
    size_t blank = str_rfind_char(rest, ' ');
    struct str place = blank == SIZE_MAX ? (struct str){0} : str_slice(rest, blank + 1, rest.len);
    uint32_t last = cut_number(&place);
    struct str file = place;
    uint32_t before = cut_number(&file);
    *ret = (struct tsan_frame){.function = rest};
    if (last) {
        ret->function = str_slice(rest, 0, blank);
        ret->file = before ? file : place;
        ret->line = before ? before : last;
    } else if (str_eq(place, STR("<null>"))) {
        ret->function = str_slice(rest, 0, blank);
    }
    return true;
}

struct reader {
    struct tsan_log *log;
    struct tsan_report *report; // NULL between reports
    bool in_stack;              // frames go to the last one
};

static void begin_report(struct reader *r, struct str name, struct str title, uint32_t line) {
    r->report = NULL;
    r->in_stack = false;
    if (r->log->reports.len < MAX_REPORTS) {
        struct tsan_report report = {
            .kind = kind_of(title), .title = title, .log = name, .line = line};
        vec_push(r->log->arena, &r->log->reports, report);
        r->report = &vec_last(&r->log->reports);
    }
}

// "Location is global 'hits' of size 4 at ..."
static void read_location(struct reader *r, struct str text) {
    struct str rest = text;
    (void)str_cut(&rest, '\'');
    r->report->variable = str_cut(&rest, '\'');
}

static void begin_stack(struct reader *r, struct str title) {
    r->in_stack = r->report->stacks.len < MAX_STACKS;
    if (r->in_stack) {
        vec_push(r->log->arena, &r->report->stacks, ((struct tsan_stack){.title = title}));
    }
}

static void read_line(struct reader *r, struct str name, struct str line, uint32_t number) {
    static const char warning[] = "WARNING: ThreadSanitizer: ";
    struct tsan_frame frame;
    struct str text = str_trim(line);
    size_t at = str_find(text, str_from(warning), 0);
    if (at != SIZE_MAX) {
        begin_report(r, name, title_of(str_slice(text, at + sizeof warning - 1, text.len)), number);
    } else if (!r->report) {
        return;
    } else if (str_starts(text, STR("SUMMARY: ThreadSanitizer")) ||
               str_starts(text, STR("=================="))) {
        r->report = NULL;
    } else if (!text.len) {
        r->in_stack = false;
    } else if (read_frame(text, &frame)) {
        if (!r->in_stack && !r->report->stacks.len) {
            begin_stack(r, (struct str){0}); // some reports begin with one
        }
        if (r->in_stack && vec_last(&r->report->stacks).frames.len < MAX_FRAMES) {
            vec_push(r->log->arena, &vec_last(&r->report->stacks).frames, frame);
        }
    } else if (str_starts(text, STR("Location is global '"))) {
        read_location(r, text);
    } else if (str_ends(text, STR(":"))) {
        begin_stack(r, str_slice(text, 0, text.len - 1));
    }
}

void tsan_read(struct tsan_log *log, struct str name, struct str text) {
    struct reader r = {.log = log};
    for (uint32_t number = 1; text.len; number++) {
        read_line(&r, name, str_cut(&text, '\n'), number);
    }
}

// --- matching ---

// The rules whose findings a kind of report can show; globs end with NULL.
static const char *const rules_of[][14] = {
    [TSAN_RACE] = {"shared-state-race",              "shared-state-inconsistent-guard",
                   "shared-state-volatile-sync", "shared-state-double-checked-locking",
                   "shared-state-shared-lock-write", "shared-state-lock-contract",
                   "shared-state-leaked-reference", "shared-state-mt-unsafe-call",
                   "cancellation-plain-flag", "lifetime-stack-escape", "lifetime-loop-variable",
                   "lifetime-freed-before-join", "lifetime-thread-storage", NULL},
    [TSAN_LOCK_ORDER] = {"shared-state-lock-order",     NULL},
    [TSAN_THREAD_LEAK] = {"lifetime-unjoined-thread", "lifetime-handle-overwritten",
                   "lifetime-main-returns", "ownership-fire-and-forget", "ownership-no-stop",
                   "error-partial-create", NULL},
    [TSAN_LOCK_USE] = {"shared-state-double-lock",  "shared-state-unlock-not-held",
                   "shared-state-trylock-ignored", "shared-state-lock-lifecycle",
                   "shared-state-lock-copied", NULL},
    [TSAN_SIGNAL] = {"shared-state-unsafe-signal-handler",        "shared-state-self-deadlock-signal",
                   NULL},
    [TSAN_OTHER] = {NULL       },
};

static bool is_of(const struct rule *rule, enum tsan_kind kind) {
    for (const char *const *id = rules_of[kind]; *id; id++) {
        if (str_eq(str_from(rule->id), str_from(*id))) {
            return true;
        }
    }
    return false;
}

bool tsan_can_show(const struct rule *rule) {
    return is_of(rule, TSAN_RACE) || is_of(rule, TSAN_LOCK_ORDER) || is_of(rule, TSAN_THREAD_LEAK);
}

struct matcher {
    const struct tsan_sources *sources;
    const struct tsan_report *report;
    const struct finding *finding;
};

static bool is_at(struct place place, struct str file, uint32_t line) {
    return place.line == line && str_eq(place.file, file);
}

// Index of the place of the finding where the frame is, SIZE_MAX when it is at none. For races only
// the places that touch memory count: ways there are shared with other findings.
static size_t place_at(const struct matcher *m, struct str file, uint32_t line) {
    const struct finding *f = m->finding;
    if (is_at(f->place, file, line)) {
        return 0;
    }
    for (uint32_t i = 0; i < f->steps.len; i++) {
        bool counts = m->report->kind != TSAN_RACE || f->steps.data[i].kind == STEP_ACCESS;
        if (counts && is_at(f->steps.data[i].place, file, line)) {
            return 1 + i;
        }
    }
    for (uint32_t i = 0; i < f->related.len; i++) {
        if (is_at(f->related.data[i].place, file, line)) {
            return 1 + f->steps.len + i;
        }
    }
    return SIZE_MAX;
}

// The first frame of the stack at a place of the finding.
static bool meets(const struct matcher *m, const struct tsan_stack *stack) {
    for (uint32_t i = 0; i < stack->frames.len; i++) {
        const struct tsan_frame *frame = &stack->frames.data[i];
        struct str file =
            frame->line ? m->sources->own_file(m->sources->ctx, frame->file) : (struct str){0};
        if (file.len && place_at(m, file, frame->line) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

// The innermost own line of the stack names the variable of the finding.
static bool names_variable(const struct matcher *m, const struct tsan_stack *stack,
                           struct str variable) {
    for (uint32_t i = 0; i < stack->frames.len; i++) {
        const struct tsan_frame *frame = &stack->frames.data[i];
        struct str file =
            frame->line ? m->sources->own_file(m->sources->ctx, frame->file) : (struct str){0};
        if (file.len) {
            struct place place = {.file = file, .line = frame->line};
            return str_has_word(m->sources->line_text(m->sources->ctx, place), variable);
        }
    }
    return false;
}

static bool is_access(const struct tsan_stack *stack) {
    static const char *const begins[] = {"Write of",          "Read of",       "Atomic ",
                                         "Previous write",    "Previous read", "Previous atomic ",
                                         "[failed to restore"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        if (str_starts(stack->title, str_from(begins[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_race(const struct matcher *m) {
    struct str variable = str_last_word(m->finding->subject);
    uint32_t met = 0;
    uint32_t named = 0;
    // of an object it names the whole, which a finding may know by the name of a pointer
    struct str global = str_last_word(m->report->variable);
    bool is_global = global.len && str_has_word(m->finding->subject, global);
    bool is_other = global.len && !is_global && variable.len == m->finding->subject.len;
    for (uint32_t i = 0; i < m->report->stacks.len; i++) {
        const struct tsan_stack *stack = &m->report->stacks.data[i];
        bool meets_here = is_access(stack) && meets(m, stack);
        met += meets_here;
        named +=
            is_access(stack) && !meets_here && variable.len && names_variable(m, stack, variable);
    }
    return !is_other && (met >= 2 || (met == 1 && (named || is_global)));
}

static bool is_cycle(const struct matcher *m) {
    uint32_t met = 0;
    for (uint32_t i = 0; i < m->report->stacks.len; i++) {
        const struct tsan_stack *stack = &m->report->stacks.data[i];
        met += str_find(stack->title, STR(" acquired here while holding "), 0) != SIZE_MAX &&
               meets(m, stack);
    }
    return met >= 2;
}

static bool shows(const struct matcher *m) {
    const struct tsan_report *r = m->report;
    switch (r->kind) {
    case TSAN_RACE:
        return is_race(m);
    case TSAN_LOCK_ORDER:
        return is_cycle(m);
    case TSAN_THREAD_LEAK:
    case TSAN_LOCK_USE:
    case TSAN_SIGNAL:
        return r->stacks.len && meets(m, &r->stacks.data[0]);
    case TSAN_OTHER:
        break;
    }
    return false;
}

void tsan_confirm(struct tsan_log *log, const struct tsan_sources *sources,
                  struct finding_list *findings) {
    for (uint32_t i = 0; i < findings->items.len; i++) {
        struct finding *f = &findings->items.data[i];
        for (uint32_t k = 0; k < log->reports.len; k++) {
            struct tsan_report *r = &log->reports.data[k];
            struct matcher m = {sources, r, f};
            if (!is_of(f->rule, r->kind) || !shows(&m)) {
                continue;
            }
            r->findings++;
            if (!f->confirmed.len) {
                struct buf text;
                buf_init(&text, 1 << 14);
                buf_addf(&text, STR_FMT ", " STR_FMT ":%u", STR_ARG(r->title), STR_ARG(r->log),
                         r->line);
                f->confirmed = str_make(arena_copy(log->arena, buf_c(&text), text.len), text.len);
                buf_release(&text);
            }
        }
    }
}

struct place tsan_place(const struct tsan_report *r, const struct tsan_sources *sources) {
    for (uint32_t i = 0; i < r->stacks.len; i++) {
        for (uint32_t k = 0; k < r->stacks.data[i].frames.len; k++) {
            const struct tsan_frame *frame = &r->stacks.data[i].frames.data[k];
            struct str file =
                frame->line ? sources->own_file(sources->ctx, frame->file) : (struct str){0};
            if (file.len) {
                return (struct place){.file = file, .line = frame->line};
            }
        }
    }
    return (struct place){0};
}
