// Stand-ins until the C++ lowering lands; delete this file then.
#include "checker/front/cxx.h"
#include "checker/front/fn.h"

bool cxx_expr(struct lower *l, CXCursor c, val_id *ret) {
    (void)l, (void)c, (void)ret;
    return false;
}
bool cxx_lvalue(struct lower *l, CXCursor c, path_id *ret) {
    (void)l, (void)c, (void)ret;
    return false;
}
bool cxx_stmt(struct lower *l, CXCursor c) {
    (void)l, (void)c;
    return false;
}
bool cxx_local(struct lower *l, CXCursor decl, var_id var) {
    (void)l, (void)decl, (void)var;
    return false;
}
bool cxx_return(struct lower *l, CXCursor c) {
    (void)l, (void)c;
    return false;
}
bool cxx_body(struct lower *l, CXCursor function, struct cx_list children) {
    (void)l, (void)function, (void)children;
    return false;
}
var_id cxx_this_param(struct lower *l, CXCursor function) {
    struct ir_var v = {.kind = VAR_PARAM, .flags = VAR_THIS, .name = ir_name(l->b, STR("this")), .loc = lower_loc(l, function)};
    return ir_var(l->b, &v);
}
bool cxx_global(struct lower *l, CXCursor decl, var_id var) {
    (void)l, (void)decl, (void)var;
    return false;
}
void cxx_end_variable(struct lower *l, const struct scope_item *item, loc_id loc) {
    (void)l, (void)item, (void)loc;
}
