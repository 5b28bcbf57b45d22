// Reading the pieces of the textual form: words, names, types, values. Private to ir; text_parse.c
// reads lines.
#ifndef CHECKER_IR_TEXT_READ_H
#define CHECKER_IR_TEXT_READ_H

#include "checker/base/err.h"
#include "checker/ir/build_private.h"
#include "checker/ir/text_private.h"

// Position in one line. After the first error `failed` is set and everything read is empty.
struct reader {
    struct facts *f;
    struct ir_builder *b;
    struct text_scope scope;
    struct arena *scratch;
    const char *at;
    const char *end; // of the line
    uint32_t line;   // 1-based
    unsigned depth;
    bool failed;
    struct error *err;
};

/// Notes "line N: <what>, at '<rest>'"; only the first one counts.
void read_fail(struct reader *r, const char *what);
void read_skip(struct reader *r); // blanks
/// True, and past it, when `text` comes next; no blanks are skipped.
bool read_accept(struct reader *r, const char *text);
/// Same after blanks, for a whole word.
bool read_word(struct reader *r, const char *word);
void read_expect(struct reader *r, const char *text); // after blanks
bool read_at_end(struct reader *r);
void read_end_of_line(struct reader *r); // nothing but blanks may follow
/// Identifier, maybe qualified; empty when there is none.
struct str read_bare(struct reader *r);
name_id read_name(struct reader *r); // bare or quoted
name_id read_quoted(struct reader *r);
uint32_t read_u32(struct reader *r);
int64_t read_i64(struct reader *r);
uint32_t read_flags(struct reader *r, const struct text_word *words);
loc_id read_loc(struct reader *r); // 0 when there is none
type_id read_type(struct reader *r);
sym_id read_sym(struct reader *r);
record_id read_record(struct reader *r);
var_id read_var(struct reader *r);
path_id read_path(struct reader *r);
val_id read_val(struct reader *r);
call_id read_call_number(struct reader *r, fn_id fn); // the number after 'c'
/// Binary operator; OPR_NONE when none follows.
uint8_t read_operator(struct reader *r);

#endif
