// realpath is XSI
#define _XOPEN_SOURCE 700
#include "checker/base/fs.h"

#include "checker/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, char *data, size_t len, size_t *ret_len) {
    size_t done = 0;
    while (done < len) {
        ssize_t n = read(fd, data + done, len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    *ret_len = done;
    return true;
}

bool fs_read(struct arena *a, const char *path, size_t max_bytes, struct str *ret_text,
             struct error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return error_set(err, "cannot read '%s': %s", path, strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    struct stat st;
    bool ok = false;
    if (fstat(fd, &st) != 0) {
        error_set(err, "cannot read '%s': %s", path, strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    } else if (S_ISDIR(st.st_mode)) {
        error_set(err, "cannot read '%s': it is a directory", path);
    } else if ((uint64_t)st.st_size > max_bytes) {
        error_set(err, "'%s' has %lld bytes, more than the limit of %zu", path,
                  (long long)st.st_size, max_bytes);
    } else {
        size_t len = 0;
        char *data = arena_alloc(a, 1, (size_t)st.st_size + 1);
        ok = read_all(fd, data, (size_t)st.st_size, &len);
        if (ok) {
            *ret_text = (struct str){data, len};
        } else {
            error_set(err, "cannot read '%s': %s", path, strerror(errno)); // NOLINT(concurrency-mt-unsafe)
        }
    }
    close(fd);
    return ok;
}

static bool write_all(int fd, struct str content) {
    size_t done = 0;
    while (done < content.len) {
        ssize_t n = write(fd, content.ptr + done, content.len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

bool fs_write_atomic(const char *path, struct str content, struct error *err) {
    struct buf temp;
    buf_init(&temp, PATH_MAX + 32);
    buf_addf(&temp, "%s.tmp%ld", path, (long)getpid());
    int fd = open(buf_c(&temp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write_all(fd, content);
    if (fd >= 0 && close(fd) != 0) {
        ok = false;
    }
    ok = ok && rename(buf_c(&temp), path) == 0;
    if (!ok) {
        error_set(err, "cannot write '%s': %s", path, strerror(errno)); // NOLINT(concurrency-mt-unsafe)
        (void)unlink(buf_c(&temp));
    }
    buf_release(&temp);
    return ok;
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
    for (size_t i = 1; i <= part.len; i++) {
        if (i == part.len || part.data[i] == '/') {
            char saved = part.data[i];
            part.data[i] = '\0';
            (void)mkdir(part.data, 0755);
            part.data[i] = saved;
        }
    }
    buf_release(&part);
    return fs_is_dir(path) ||
           error_set(err, "cannot create directory '%s': %s", path, strerror(errno)); // NOLINT(concurrency-mt-unsafe)
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
        if (!part.len || str_eq(part, STR("."))) {
            continue;
        }
        if (str_eq(part, STR("..")) && n > floor) {
            while (n > floor && out[n - 1] != '/') {
                n--;
            }
            if (n > floor) {
                n--;
            }
            continue;
        }
        if (str_eq(part, STR("..")) && absolute) {
            continue;
        }
        if (n && out[n - 1] != '/') {
            out[n++] = '/';
        }
        memcpy(out + n, part.ptr, part.len);
        n += part.len;
        if (str_eq(part, STR(".."))) {
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
    if (path.len && path.ptr[0] == '/') {
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
