#include "checker/link/container.h"

static bool is_one_of(struct str name, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, str_from(list[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_container(struct str class) {
    static const char *const names[] = {"std::vector",
                                        "std::deque",
                                        "std::list",
                                        "std::forward_list",
                                        "std::basic_string",
                                        "std::map",
                                        "std::multimap",
                                        "std::set",
                                        "std::multiset",
                                        "std::unordered_map",
                                        "std::unordered_set",
                                        "std::unordered_multimap",
                                        "std::unordered_multiset",
                                        "std::queue",
                                        "std::stack",
                                        "std::priority_queue"};
    return is_one_of(class, names, sizeof names / sizeof *names);
}

// Not const, and yet counted as if they were [container.requirements.dataraces].
static bool counts_as_const(struct str class, struct str method) {
    static const char *const names[] = {
        "begin", "end",         "rbegin",      "rend",        "front", "back", "data",
        "find",  "lower_bound", "upper_bound", "equal_range", "at",    "top"};
    bool keyed = str_eq(class, STR("std::map")) || str_eq(class, STR("std::unordered_map"));
    return is_one_of(method, names, sizeof names / sizeof *names) ||
           (str_eq(method, STR("operator[]")) && !keyed);
}

// clang's USR of a const method ends with its qualifiers.
static bool is_const(struct str key) {
    return key.len > 2 && key.ptr[key.len - 1] == '1' && key.ptr[key.len - 2] == '#';
}

bool container_access(const struct facts *f, call_id call, path_id *ret_object, bool *ret_write) {
    const struct ir_call *c = &f->calls.data[call.v];
    const struct ir_sym *s = &f->syms.data[c->callee.v];
    struct str name = facts_text(f, s->name);
    size_t colon = name.len;
    while (colon > 1 && !(name.ptr[colon - 1] == ':' && name.ptr[colon - 2] == ':')) {
        colon--;
    }
    if (!(s->flags & SYM_METHOD) || (s->flags & (SYM_CTOR | SYM_DTOR)) || colon < 2 ||
        !c->arg_count) {
        return false;
    }
    struct str class = {name.ptr, colon - 2};
    struct str method = {name.ptr + colon, name.len - colon};
    const struct ir_val *object = &f->vals.data[f->args.data[c->first_arg.v].v];
    if (object->kind != VAL_ADDR || !is_container(class)) {
        return false;
    }
    *ret_object = object->path;
    *ret_write = !is_const(facts_text(f, s->key)) && !counts_as_const(class, method);
    return true;
}
