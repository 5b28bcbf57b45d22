// The reader of whole texts: state over the lines. Private to ir: text_parse.c, text_parse_body.c.
#ifndef CHECKER_IR_TEXT_PARSE_H
#define CHECKER_IR_TEXT_PARSE_H

#include "checker/ir/text_read.h"

enum text_phase { PHASE_NAMES, PHASE_DECLARATIONS, PHASE_BODIES };

struct parser {
    struct reader r;
    enum text_phase phase;
    record_id record; // latest declaration of its kind
    sym_id sym;
    var_id var;
    fn_id fn;
    VEC(uint32_t) call_counts; // by function
};

/// Reads an op, a terminator, a call or the label of a block; false when the line is none of these.
bool text_parse_body_line(struct parser *p);

#endif
