#include "checker/drive/digest.h"

#include "checker/base/fs.h"

#include <sys/stat.h>
#include <time.h>

// A file changed twice within the granularity of its times looks unchanged. A hash made so soon
// after the last change is not trusted (as in git's "racy" entries).
#define RACY_NS ((int64_t)2000000000)

enum { MAX_FILE = 1 << 30 };

static int64_t nanoseconds(struct timespec t) {
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t digest_seconds(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

static bool take_stamp(const char *path, struct digest_stamp *ret) {
    struct stat st;
    struct timespec now;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        return false;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    *ret = (struct digest_stamp){
        .size = (int64_t)st.st_size,
        .mtime = nanoseconds(st.st_mtim),
        .ctime = nanoseconds(st.st_ctim),
        .inode = (int64_t)st.st_ino,
        .device = (int64_t)st.st_dev,
        .taken = nanoseconds(now),
    };
    return true;
}

static bool is_unchanged(const struct digest_stamp *now, const struct digest_stamp *then) {
    int64_t changed = then->mtime > then->ctime ? then->mtime : then->ctime;
    return now->size == then->size && now->mtime == then->mtime && now->ctime == then->ctime &&
           now->inode == then->inode && now->device == then->device &&
           changed < then->taken - RACY_NS;
}

struct digest digest_file(struct arena *scratch, const char *path, const struct digest *known,
                          bool *ret_fresh) {
    struct digest d = {.exists = false};
    *ret_fresh = false;
    if (str_eq(str_from(path), STR("/dev/null"))) { // used as an empty header
        d.exists = true;
        d.hash = hash128("", 0);
        return d;
    }
    if (!take_stamp(path, &d.stamp)) {
        return d;
    }
    if (known && known->exists && is_unchanged(&d.stamp, &known->stamp)) {
        return *known;
    }
    struct arena_mark mark = arena_mark(scratch);
    struct str text = {0};
    struct error err = {0};
    *ret_fresh = true;
    d.exists = fs_read(scratch, path, MAX_FILE, &text, &err);
    if (d.exists) {
        d.hash = hash128(text.ptr, text.len);
    }
    arena_reset(scratch, mark);
    return d;
}
