#include "checker/lsp/uri.h"

#include "checker/base/fs.h"

static int digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

const char *uri_to_path(struct arena *arena, struct str uri) {
    if (!str_starts(uri, STR("file://"))) {
        return NULL;
    }
    struct str rest = str_slice(uri, 7, uri.len);
    if (str_starts(rest, STR("localhost/"))) {
        rest = str_slice(rest, 9, rest.len);
    }
    if (!str_starts(rest, STR("/"))) {
        return NULL; // of another machine
    }
    char *path = arena_alloc(arena, 1, rest.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < rest.len; i++) {
        bool is_code = rest.ptr[i] == '%' && i + 2 < rest.len && digit(rest.ptr[i + 1]) >= 0 &&
                       digit(rest.ptr[i + 2]) >= 0;
        path[len] = rest.ptr[i];
        if (is_code) {
            path[len] = (char)(digit(rest.ptr[i + 1]) << 4 | digit(rest.ptr[i + 2]));
            i += 2;
        }
        if (path[len] == '\0') {
            return NULL;
        }
        len++;
    }
    return fs_normalize(arena, str_make(path, len));
}

void uri_add_path(struct buf *out, struct str path) {
    buf_add_c(out, "file://");
    buf_add_uri(out, path);
}
