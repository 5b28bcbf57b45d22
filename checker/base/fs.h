// Files and paths. The only place of the project that looks at errno.
#ifndef CHECKER_BASE_FS_H
#define CHECKER_BASE_FS_H

#include "checker/base/arena.h"
#include "checker/base/err.h"
#include "checker/base/str.h"
#include "checker/base/vec.h"

/// Whole file as text (NUL added, not counted), in the arena. Fails when larger than `max_bytes`,
/// on a directory, or when it cannot be read; the error names the path.
bool fs_read(struct arena *a, const char *path, size_t max_bytes, struct str *ret_text,
             struct error *err);
/// Writes through a temporary file in the same directory and renames: readers see old or new, never
/// half.
bool fs_write_atomic(const char *path, struct str content, struct error *err);
/// The same for a file that exists: its permissions stay, a symbolic link stays one and what it
/// leads to is replaced. Fails for what may not be written to and is no regular file.
bool fs_replace(const char *path, struct str content, struct error *err);
bool fs_exists(const char *path);
/// Makes an empty file; false when there is one already, or it cannot be made.
bool fs_claim(const char *path);
/// Makes a new directory that only this user can use, below TMPDIR or /tmp; NULL when it cannot be
/// made.
char *fs_temp_dir(struct arena *a);
/// Removes a directory and the files in it, not those in directories below.
void fs_remove_dir(struct arena *a, const char *path);
/// Whether the file can be opened for reading; the error says why not, without the path.
bool fs_can_read(const char *path, struct error *err);
bool fs_is_dir(const char *path);
/// Names in a directory.
struct fs_names {
    struct str *data;
    uint32_t len;
    uint32_t cap;
};
/// At most `max` names in the directory but "." and "..", sorted, in the arena; none when it cannot
/// be read.
void fs_list(struct arena *a, const char *path, uint32_t max, struct fs_names *ret_names);
/// Creates the directory and its parents; true when it exists afterwards.
bool fs_mkdirs(const char *path, struct error *err);
/// `dir`/`path` when `path` is relative, else `path`; "." and ".." and "//" removed lexically.
char *fs_join(struct arena *a, struct str dir, struct str path);
/// Lexical normalisation of one path.
char *fs_normalize(struct arena *a, struct str path);
/// realpath(3), or the normalised path itself when it does not exist.
char *fs_real(struct arena *a, const char *path);
/// Working directory, absolute.
char *fs_cwd(struct arena *a);
/// Directory part ("." when there is none) and last component.
struct str fs_dirname(struct str path);
struct str fs_basename(struct str path);
/// `path` relative to `root` when it lies under it, else `path` itself. Both normalised, absolute.
struct str fs_relative(struct str root, struct str path);

#endif
