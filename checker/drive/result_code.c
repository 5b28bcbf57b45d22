#include "checker/drive/result.h"

// One description of each struct serves both directions. Numbers are as the machine has them: the
// database does not travel, and a result of another program has another key. Reading trusts no
// length; a text is a slice of the bytes read.

#include "checker/base/buf.h"

struct coder {
    struct buf *out; // writing; NULL when reading
    struct str in;   // what is left to read
    struct arena *arena;
    bool failed;
};

static void code_bytes(struct coder *c, void *data, size_t size) {
    if (c->out) {
        buf_add_bytes(c->out, data, size);
        return;
    }
    if (c->failed || size > c->in.len) {
        c->failed = true;
        memset(data, 0, size);
        return;
    }
    memcpy(data, c->in.ptr, size);
    c->in = str_slice(c->in, size, c->in.len);
}

#define CODE(c, field) code_bytes((c), &(field), sizeof(field))

static void code_bool(struct coder *c, bool *b) {
    uint8_t byte = *b;
    CODE(c, byte);
    *b = byte != 0;
}

// A number below `end`.
static void code_index(struct coder *c, uint8_t *index, uint32_t end) {
    CODE(c, *index);
    if (*index >= end) {
        c->failed = true;
        *index = 0;
    }
}

static void code_str(struct coder *c, struct str *s) {
    uint32_t len = (uint32_t)s->len;
    CODE(c, len);
    if (c->out) {
        buf_add(c->out, *s);
        return;
    }
    if (len > c->in.len) {
        c->failed = true;
        len = 0;
    }
    *s = str_slice(c->in, 0, len);
    c->in = str_slice(c->in, len, c->in.len);
}

static void code_c_string(struct coder *c, const char **s) {
    struct str text = str_from(*s);
    code_str(c, &text);
    if (!c->out) {
        *s = arena_copy(c->arena, text.ptr, text.len);
    }
}

// Counts of items, each of which takes at least one byte.
static uint32_t code_count(struct coder *c, uint32_t count) {
    CODE(c, count);
    if (!c->out && count > c->in.len) {
        c->failed = true;
    }
    return c->failed ? 0 : count;
}

// Codes all items of a vector; when reading, makes them.
#define CODE_ALL(c, vec, code_item)                                                                \
    do {                                                                                           \
        uint32_t count_ = code_count((c), (vec)->len);                                             \
        if (!(c)->out) {                                                                           \
            (vec)->data = arena_alloc((c)->arena, sizeof *(vec)->data, count_);                    \
            (vec)->len = (vec)->cap = count_;                                                      \
        }                                                                                          \
        for (uint32_t i_ = 0; i_ < count_; i_++) {                                                 \
            code_item((c), &(vec)->data[i_]);                                                      \
        }                                                                                          \
    } while (0)

static void code_place(struct coder *c, struct place *p) {
    code_str(c, &p->file);
    CODE(c, p->line);
    CODE(c, p->col);
    CODE(c, p->end_col);
}

// --- findings ---

static void code_rule(struct coder *c, const struct rule **rule) {
    struct str id = c->out ? str_from((*rule)->id) : (struct str){0};
    code_str(c, &id);
    if (!c->out) {
        *rule = rule_find(id, NULL);
        c->failed |= *rule == NULL;
    }
}

static void code_step(struct coder *c, struct finding_step *s) {
    code_place(c, &s->place);
    code_str(c, &s->text);
    CODE(c, s->kind);
    CODE(c, s->thread);
    CODE(c, s->depth);
    code_str(c, &s->held);
}

static void code_related(struct coder *c, struct finding_related *r) {
    code_place(c, &r->place);
    code_str(c, &r->text);
}

static void code_finding(struct coder *c, struct finding *f) {
    code_rule(c, &f->rule);
    code_index(c, &f->level, LEVEL_ERROR + 1);
    code_place(c, &f->place);
    code_str(c, &f->message);
    code_str(c, &f->function);
    code_str(c, &f->subject);
    CODE_ALL(c, &f->threads, code_str);
    CODE_ALL(c, &f->steps, code_step);
    CODE_ALL(c, &f->related, code_related);
    code_index(c, &f->fix.kind, FIX_KIND_COUNT);
    code_bool(c, &f->fix.whole_line);
    code_place(c, &f->fix.place);
    code_str(c, &f->fix.text);
    CODE(c, f->fingerprint);
    code_bool(c, &f->suppressed);
    code_str(c, &f->suppression);
    code_bool(c, &f->partial);
}

// --- inventory ---

static void code_file(struct coder *c, struct report_file *f) {
    code_str(c, &f->path);
    code_bool(c, &f->analysed);
    code_bool(c, &f->is_main);
    CODE(c, f->functions);
    CODE(c, f->errors);
}

static void code_thread(struct coder *c, struct report_thread *t) {
    code_str(c, &t->entry);
    code_place(c, &t->spawn);
    code_str(c, &t->spawn_function);
    code_str(c, &t->handle);
    code_c_string(c, &t->end);
    code_place(c, &t->end_place);
    code_bool(c, &t->many);
}

static void code_lock(struct coder *c, struct report_lock *l) {
    code_str(c, &l->name);
    code_str(c, &l->kind);
    CODE(c, l->acquires);
}

static void code_function(struct coder *c, struct report_function *f) {
    code_str(c, &f->name);
    code_place(c, &f->place);
}

static void code_item(struct coder *c, struct score_item *i) {
    code_c_string(c, &i->thing);
    code_c_string(c, &i->kind);
    bool has_answer = i->answer != NULL;
    code_bool(c, &has_answer);
    if (has_answer) {
        code_c_string(c, &i->answer);
    }
    CODE(c, i->total);
    CODE(c, i->answered);
}

static void code_question(struct coder *c, struct score_question *q) {
    code_place(c, &q->place);
    code_str(c, &q->text);
}

static void code_point(struct coder *c, struct score_point *p) {
    struct str name = c->out ? str_from(p->family->name) : (struct str){0};
    code_str(c, &name);
    if (!c->out) {
        p->family = family_find(name);
        c->failed |= !p->family;
    }
    CODE_ALL(c, &p->items, code_item);
    CODE_ALL(c, &p->open, code_question);
    code_str(c, &p->evidence);
}

static void code_note(struct coder *c, struct report_note *n) {
    code_c_string(c, &n->id);
    uint8_t level = (uint8_t)n->level;
    code_index(c, &level, LEVEL_ERROR + 1);
    n->level = level;
    code_place(c, &n->place);
    code_str(c, &n->text);
}

static void code_unhandled(struct coder *c, struct stats_unhandled *u) {
    code_str(c, &u->kind);
    CODE(c, u->count);
}

// Notes before `first_note` are of the project and made by every run.
static void code_notes(struct coder *c, struct notes *notes, uint32_t first) {
    VEC(struct report_note) rest = {0};
    if (c->out) {
        rest.data = notes->items.data + first;
        rest.len = notes->items.len - first;
    }
    CODE_ALL(c, &rest, code_note);
    for (uint32_t i = 0; !c->out && !c->failed && i < rest.len; i++) {
        vec_push(notes->arena, &notes->items, rest.data[i]);
    }
}

static void code_inventory(struct coder *c, struct report *report) {
    CODE_ALL(c, &report->files, code_file);
    CODE_ALL(c, &report->threads, code_thread);
    CODE_ALL(c, &report->locks, code_lock);
    CODE_ALL(c, &report->functions, code_function);
    CODE_ALL(c, &report->scorecard.points, code_point);
}

static void code_result(struct coder *c, struct result *r) {
    CODE(c, r->with_errors);
    CODE_ALL(c, &r->findings->items, code_finding);
    code_inventory(c, r->report);
    CODE(c, r->stats->program);
    CODE_ALL(c, &r->stats->unhandled, code_unhandled);
    code_notes(c, r->notes, r->first_note);
}

void result_pack(struct result *r, struct buf *out) {
    struct coder c = {.out = out};
    code_result(&c, r);
}

bool result_unpack(struct result *r, struct str data) {
    struct report report = {0};
    struct finding_list findings = {.arena = r->findings->arena};
    struct stats stats = *r->stats;
    struct result parts = *r;
    struct coder c = {.in = data, .arena = r->arena};
    parts.report = &report;
    parts.findings = &findings;
    parts.stats = &stats;
    code_result(&c, &parts);
    if (c.failed || c.in.len) {
        r->notes->items.len = r->first_note;
        return false;
    }
    r->report->files = report.files;
    r->report->threads = report.threads;
    r->report->locks = report.locks;
    r->report->functions = report.functions;
    r->report->scorecard = report.scorecard;
    *r->findings = findings;
    *r->stats = stats;
    r->with_errors = parts.with_errors;
    return true;
}
