// What the naming files (symbol.c, type.c, place.c) and the C++ lowering share beyond lower.h.
#ifndef CHECKER_FRONT_SYMBOL_H
#define CHECKER_FRONT_SYMBOL_H

#include "checker/front/cx.h"
#include "checker/front/lower.h"

bool lower_is_lambda_class(CXCursor record_decl);
/// Declared in a template that is not instantiated: types in it are unknown, calls unresolved.
bool lower_is_dependent(CXCursor decl);

/// Name of a field; "" for anonymous struct and union members.
name_id lower_field_name(struct lower *l, CXCursor field);
/// Destructor named after the class, when libclang shows no cursor of it.
sym_id lower_implied_dtor(struct lower *l, CXCursor record_decl);
/// A symbol without cursor, by name and key: "operator new", destructors of system classes.
sym_id lower_named_sym(struct lower *l, struct str name, struct str key, uint32_t flags);

// --- contract.c: what annotations say about locks ---
void lower_function_contracts(struct lower *l, CXCursor function, sym_id sym);
void lower_field_contracts(struct lower *l, CXCursor field, record_id record, name_id name);
void lower_var_contracts(struct lower *l, CXCursor var, var_id id);
void lower_record_contracts(struct lower *l, CXCursor record_decl, record_id record);

#endif
