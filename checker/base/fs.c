// Files and paths. The only file that looks at errno.
// For realpath. NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
#define _XOPEN_SOURCE 700
#include "checker/base/fs.h"

#include "checker/base/buf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_FIRST = 16 * 1024, TEMP_SUFFIX = 32 };

// strerror is safe here: the engine has no threads.
static bool fail_errno(struct error *err, const char *what, const char *path, int code) {
    return error_set(err, "%s '%s': %s", what, path,
                     strerror(code)); // NOLINT(concurrency-mt-unsafe)
}

static ssize_t read_some(int fd, char *data, size_t len) {
    ssize_t n = read(fd, data, len);
    while (n < 0 && errno == EINTR) {
        n = read(fd, data, len);
    }
    return n;
}

// Reads until the end. The size that stat told is a first guess: pipes and files of /proc tell 0.
static bool read_all(struct arena *a, int fd, const char *path, struct str *text, size_t max_bytes,
                     struct error *err) {
    size_t cap = text->len + 1;
    char *data = arena_alloc(a, 1, cap);
    size_t len = 0;
    for (;;) {
        if (len == cap) {
            char *grown = arena_alloc(a, 1, cap * 2);
            memcpy(grown, data, len);
            data = grown;
            cap *= 2;
        }
        ssize_t n = read_some(fd, data + len, cap - len);
        if (n < 0) {
            return fail_errno(err, "cannot read", path, errno);
        }
        if (n == 0) {
            data[len] = '\0';
            *text = (struct str){data, len};
            return true;
        }
        len += (size_t)n;
        if (len > max_bytes) {
            return error_set(err, "'%s' has more than %zu bytes, the limit for it", path,
                             max_bytes);
        }
    }
}

bool fs_read(struct arena *a, const char *path, size_t max_bytes, struct str *ret_text,
             struct error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail_errno(err, "cannot read", path, errno);
    }
    struct stat st;
    bool ok = false;
    if (fstat(fd, &st) != 0) {
        fail_errno(err, "cannot read", path, errno);
    } else if (S_ISDIR(st.st_mode)) {
        error_set(err, "cannot read '%s': it is a directory", path);
    } else if (st.st_size > 0 && (uintmax_t)st.st_size > max_bytes) {
        error_set(err, "'%s' has %jd bytes, more than %zu, the limit for it", path,
                  (intmax_t)st.st_size, max_bytes);
    } else {
        struct str text = {.len = st.st_size > 0 ? (size_t)st.st_size : READ_FIRST};
        ok = read_all(a, fd, path, &text, max_bytes, err);
        if (ok) {
            *ret_text = text;
        }
    }
    (void)close(fd);
    return ok;
}

// 0, or the errno of what failed.
static int write_all(int fd, struct str content) {
    size_t done = 0;
    while (done < content.len) {
        ssize_t n = write(fd, content.ptr + done, content.len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : EIO;
        }
        done += (size_t)n;
    }
    return 0;
}

// Writes `temp` and renames it to `path`, with the owner and permissions of `like` unless that is
// NULL; 0 or the errno of the first thing that failed.
static int write_and_rename(const char *temp, const char *path, struct str content,
                            const struct stat *like) {
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, like ? 0600 : 0644);
    if (fd < 0) {
        return errno;
    }
    int code = write_all(fd, content);
    if (like && code == 0) {
        bool is_kept = fchown(fd, like->st_uid, like->st_gid) == 0; // may need rights we lack
        mode_t wanted = like->st_mode & (is_kept ? 07777u : 0777u);
        code = fchmod(fd, wanted) != 0 ? errno : 0;
    }
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code == 0 && rename(temp, path) != 0) {
        code = errno;
    }
    if (code != 0) {
        (void)unlink(temp);
    }
    return code;
}

static bool write_atomic(const char *path, struct str content, const struct stat *like,
                         struct error *err) {
    struct buf temp;
    buf_init(&temp, PATH_MAX + TEMP_SUFFIX);
    buf_addf(&temp, "%s.tmp%ld", path, (long)getpid());
    int code = temp.overflow ? ENAMETOOLONG : write_and_rename(buf_c(&temp), path, content, like);
    buf_release(&temp);
    return code == 0 || fail_errno(err, "cannot write", path, code);
}

bool fs_write_atomic(const char *path, struct str content, struct error *err) {
    return write_atomic(path, content, NULL, err);
}

bool fs_replace(const char *path, struct str content, struct error *err) {
    char real[PATH_MAX];
    struct stat st;
    if (!realpath(path, real) || stat(real, &st) != 0 || access(real, W_OK) != 0) {
        return fail_errno(err, "cannot write", path, errno);
    }
    if (!S_ISREG(st.st_mode)) {
        return error_set(err, "cannot write '%s': it is no regular file", path);
    }
    return write_atomic(real, content, &st, err);
}

bool fs_claim(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

char *fs_temp_dir(struct arena *a) {
    const char *below =
        getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): the engine has no threads
    char *path =
        fs_join(a, str_from(below && below[0] == '/' ? below : "/tmp"), STR("threadlint-XXXXXX"));
    return mkdtemp(path);
}

void fs_remove_dir(struct arena *a, const char *path) {
    struct fs_names names = {0};
    fs_list(a, path, UINT32_MAX, &names);
    for (uint32_t i = 0; i < names.len; i++) {
        (void)unlink(fs_join(a, str_from(path), names.data[i]));
    }
    (void)rmdir(path);
}

bool fs_can_read(const char *path, struct error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return error_set(err, "cannot be read: %s",
                         strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    close(fd);
    return true;
}

bool fs_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

bool fs_is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool fs_mkdirs(const char *path, struct error *err) {
    struct buf part;
    buf_init(&part, PATH_MAX);
    buf_add_c(&part, path);
    int code = part.overflow ? ENAMETOOLONG : ENOENT;
    for (size_t i = 1; i <= part.len && !part.overflow; i++) {
        if (i == part.len || part.data[i] == '/') {
            char saved = part.data[i];
            part.data[i] = '\0';
            code = mkdir(part.data, 0755) != 0 ? errno : 0;
            part.data[i] = saved;
        }
    }
    buf_release(&part);
    return fs_is_dir(path) || fail_errno(err, "cannot create directory", path, code);
}

// Drops the last component of the `n` bytes in `out`, not going below `floor`.
static size_t drop_last(const char *out, size_t n, size_t floor) {
    while (n > floor && out[n - 1] != '/') {
        n--;
    }
    return n > floor ? n - 1 : n;
}

char *fs_normalize(struct arena *a, struct str path) {
    char *out = arena_alloc(a, 1, path.len + 2);
    size_t n = 0;
    bool absolute = path.len && path.ptr[0] == '/';
    if (absolute) {
        out[n++] = '/';
    }
    size_t floor = n; // ".." cannot go above
    struct str rest = path;
    while (rest.len) {
        struct str part = str_cut(&rest, '/');
        bool up = str_eq(part, STR(".."));
        if (!part.len || str_eq(part, STR(".")) || (up && absolute && n == floor)) {
            continue;
        }
        if (up && n > floor) {
            n = drop_last(out, n, floor);
            continue;
        }
        if (n && out[n - 1] != '/') {
            out[n++] = '/';
        }
        memcpy(out + n, part.ptr, part.len);
        n += part.len;
        if (up) {
            floor = n;
        }
    }
    if (n == 0) {
        out[n++] = '.';
    }
    out[n] = '\0';
    return out;
}

char *fs_join(struct arena *a, struct str dir, struct str path) {
    if (dir.len == 0 || (path.len && path.ptr[0] == '/')) {
        return fs_normalize(a, path);
    }
    struct buf joined;
    buf_init(&joined, dir.len + path.len + 1);
    buf_add(&joined, dir);
    buf_add_char(&joined, '/');
    buf_add(&joined, path);
    char *out = fs_normalize(a, buf_str(&joined));
    buf_release(&joined);
    return out;
}

char *fs_real(struct arena *a, const char *path) {
    char resolved[PATH_MAX];
    if (realpath(path, resolved)) {
        return arena_copy(a, resolved, strlen(resolved));
    }
    return fs_normalize(a, str_from(path));
}

char *fs_cwd(struct arena *a) {
    char here[PATH_MAX];
    return getcwd(here, sizeof here) ? arena_copy(a, here, strlen(here)) : arena_copy(a, "/", 1);
}

struct str fs_dirname(struct str path) {
    size_t slash = str_rfind_char(path, '/');
    if (slash == SIZE_MAX) {
        return STR(".");
    }
    return slash == 0 ? str_slice(path, 0, 1) : str_slice(path, 0, slash);
}

struct str fs_basename(struct str path) {
    size_t slash = str_rfind_char(path, '/');
    return slash == SIZE_MAX ? path : str_slice(path, slash + 1, path.len);
}

struct str fs_relative(struct str root, struct str path) {
    if (!root.len || !str_starts(path, root)) {
        return path;
    }
    if (root.ptr[root.len - 1] == '/') {
        return str_slice(path, root.len, path.len);
    }
    if (path.len > root.len && path.ptr[root.len] == '/') {
        return str_slice(path, root.len + 1, path.len);
    }
    return path;
}

static int compare_names(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void fs_list(struct arena *a, const char *path, uint32_t max, struct fs_names *ret_names) {
    *ret_names = (struct fs_names){0};
    DIR *dir = opendir(path);
    const struct dirent *item = NULL;
    while (dir && ret_names->len < max) {
        item = readdir(dir); // NOLINT(concurrency-mt-unsafe): one thread
        if (!item) {
            break;
        }
        struct str name = str_from(item->d_name);
        if (!str_eq(name, STR(".")) && !str_eq(name, STR(".."))) {
            vec_push(a, ret_names, str_make(arena_copy(a, name.ptr, name.len), name.len));
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    if (ret_names->len) {
        qsort(ret_names->data, ret_names->len, sizeof *ret_names->data, compare_names);
    }
}
