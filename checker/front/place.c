// Files and places: CXFile -> file_id, cursor -> loc_id. Macro rules P28-P30 live here and nowhere
// else.
#include "checker/base/fs.h"
#include "checker/base/hash.h"
#include "checker/front/cx.h"
#include "checker/front/lower.h"
#include "checker/front/scan.h"

static bool is_main_file(const struct lower *l, CXFile file) {
    CXString name = clang_getTranslationUnitSpelling(l->tu);
    CXFile main_file = clang_getFile(l->tu, clang_getCString(name));
    clang_disposeString(name);
    return main_file && clang_File_isEqual(main_file, file);
}

static uint64_t file_identity(CXFile file) {
    CXFileUniqueID id;
    return clang_getFileUniqueID(file, &id) == 0 ? hash64(id.data, sizeof id.data, 0) : 0;
}

void lower_know_file(struct lower *l, const struct shared_file *file) {
    map_put(&l->shared_index, file_identity(file->file), l->shared.len);
    vec_push(l->scratch, &l->shared, file);
}

// What is known of a file from a precompiled header; NULL when nothing is.
static const struct shared_file *shared_file(const struct lower *l, CXFile file) {
    uint32_t known = 0;
    return l->shared.len && map_get(&l->shared_index, file_identity(file), &known)
               ? l->shared.data[known]
               : NULL;
}

// Path as stored in the facts: relative to the root when the file lies under it, by its real or by
// its written path (a root reached through a symbolic link), else absolute.
static struct str stored_path(struct lower *l, CXFile file, const struct shared_file *shared) {
    struct str root = l->options ? l->options->root : (struct str){0};
    struct str real =
        shared ? shared->real : cx_str(l->scratch, clang_File_tryGetRealPathName(file));
    struct str written = cx_str(l->scratch, clang_getFileName(file));
    if (written.len > 0 && written.ptr[0] == '/') {
        written = str_from(fs_normalize(l->scratch, written));
    } else if (real.len > 0) {
        written = real;
    }
    if (real.len == 0) {
        real = written;
    }
    struct str relative = fs_relative(root, real);
    if (relative.len < real.len) {
        return relative;
    }
    relative = fs_relative(root, written);
    return relative.len < written.len ? relative : real;
}

struct str lower_text(struct lower *l, CXFile file) {
    uint64_t key = (uint64_t)(uintptr_t)file;
    uint32_t known = 0;
    if (!map_get(&l->text_index, key, &known)) {
        known = l->texts.len;
        map_put(&l->text_index, key, known);
        struct str text = cx_file_text(l->tu, file);
        vec_push(l->scratch, &l->texts,
                 is_main_file(l, file) ? str_slice(text, 0, l->main_len) : text);
    }
    return l->texts.data[known];
}

void lower_know_text(struct lower *l, CXFile file, struct str text) {
    map_put(&l->text_index, (uint64_t)(uintptr_t)file, l->texts.len);
    vec_push(l->scratch, &l->texts, text);
}

struct str lower_token_at(struct lower *l, CXCursor c) {
    struct cx_place p = cx_spelling_place(cx_start(c));
    return scan_identifier(lower_text(l, p.file), p.offset);
}

void lower_note_place(struct lower *l, CXSourceLocation place) {
    uint64_t key = (uint64_t)(uintptr_t)cx_file_of(place);
    uint32_t known = 0;
    if (key && !map_get(&l->place_index, key, &known)) {
        map_put(&l->place_index, key, l->places.len);
        vec_push(l->scratch, &l->places, place);
    }
}

static bool is_system_file(struct lower *l, CXFile file, const struct shared_file *shared) {
    if (shared) {
        return shared->is_system;
    }
    uint32_t known = 0;
    CXSourceLocation place = map_get(&l->place_index, (uint64_t)(uintptr_t)file, &known)
                                 ? l->places.data[known]
                                 : clang_getLocationForOffset(l->tu, file, 0);
    return clang_Location_isInSystemHeader(place) != 0;
}

static struct hash128 content_hash(struct lower *l, CXFile file) {
    struct str text = lower_text(l, file);
    return hash128(text.ptr ? text.ptr : "", text.len);
}

file_id lower_file(struct lower *l, CXFile file) {
    if (!file) {
        return (file_id){0};
    }
    uint64_t key = hash_mix((uint64_t)(uintptr_t)file, 0);
    uint32_t known = 0;
    if (map_get(&l->files, key, &known)) {
        return (file_id){known};
    }
    const struct shared_file *shared = shared_file(l, file);
    struct str path = stored_path(l, file, shared);
    struct ir_file made = {
        .path = ir_name(l->b, path),
        .is_main = is_main_file(l, file),
        .is_system = is_system_file(l, file, shared),
        .content = shared ? shared->content : content_hash(l, file),
    };
    made.is_own = !made.is_system && path.len > 0 && path.ptr[0] != '/';
    file_id id = ir_file(l->b, &made);
    map_put(&l->files, key, id.v);
    return id;
}

// `to` is where it ends, with no file when that is not known: then end_col stays unknown.
static loc_id make_loc(struct lower *l, CXSourceLocation start, struct cx_place at,
                       struct cx_place to) {
    if (!at.file) {
        return (loc_id){0};
    }
    struct cx_place use = cx_expansion_place(start);
    struct cx_place spelled = cx_spelling_place(start);
    struct ir_loc loc = {.file = lower_file(l, at.file), .line = at.line, .col = at.col};
    loc.in_macro = use.file != spelled.file || use.offset != spelled.offset;
    if (to.file == at.file && to.line == at.line && to.col > at.col) {
        loc.end_col = to.col;
    }
    return ir_loc(l->b, &loc);
}

loc_id lower_source_loc(struct lower *l, CXSourceLocation loc) {
    return make_loc(l, loc, cx_file_place(loc), (struct cx_place){0});
}

// End of the name of a declaration, when the name stands in a file.
static struct cx_place name_end(struct lower *l, CXCursor c, struct cx_place name) {
    CXString spelling = clang_getCursorSpelling(c);
    struct str text = str_from(clang_getCString(spelling));
    struct str file = lower_text(l, name.file);
    bool is_there =
        text.len > 0 && str_eq(str_slice(file, name.offset, name.offset + text.len), text);
    clang_disposeString(spelling);
    name.col += (uint32_t)text.len;
    return is_there ? name : (struct cx_place){0};
}

loc_id lower_range_loc(struct lower *l, CXSourceRange range) {
    CXSourceLocation start = clang_getRangeStart(range);
    return make_loc(l, start, cx_file_place(start), cx_file_place(clang_getRangeEnd(range)));
}

loc_id lower_loc(struct lower *l, CXCursor c) {
    if (clang_isDeclaration(clang_getCursorKind(c))) {
        CXSourceLocation name = clang_getCursorLocation(c);
        struct cx_place at = cx_file_place(name);
        return make_loc(l, name, at, name_end(l, c, at));
    }
    return lower_range_loc(l, clang_getCursorExtent(c));
}
