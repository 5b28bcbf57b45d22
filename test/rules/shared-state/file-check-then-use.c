// shared-state-file-check-then-use: a file asked about by name, then opened or changed by name.
// profile: review
// rules: shared-state-file-check-then-use
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int bad_access_then_create(const char *path) {
    if (access(path, F_OK) == 0) { // expect: shared-state-file-check-then-use "open"
        return -1;
    }
    return open(path, O_WRONLY | O_CREAT, 0644);
}

int bad_stat_then_write(const char *path) {
    struct stat st;
    int fd = -1;
    stat(path, &st); // expect: shared-state-file-check-then-use "open"
    if (S_ISREG(st.st_mode)) {
        fd = open(path, O_RDWR);
    }
    return fd;
}

FILE *bad_fopen_tells_that_it_is_not_there(const char *path) {
    FILE *f = fopen(path, "r"); // expect: shared-state-file-check-then-use "fopen"
    if (f == NULL) {
        f = fopen(path, "w");
    }
    return f;
}

int bad_rights_of_what_was_asked(void) {
    char name[32];
    snprintf(name, sizeof name, "/tmp/%d", getpid());
    int there = access(name, F_OK); // expect: shared-state-file-check-then-use "chmod"
    if (there < 0) {
        return -1;
    }
    return chmod(name, 0600);
}

int ok_exclusive(const char *path) {
    if (access(path, F_OK) == 0) {
        return -1;
    }
    return open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
}

FILE *ok_exclusive_stream(const char *path) {
    FILE *f = fopen(path, "r");
    return f ? f : fopen(path, "wx");
}

int ok_asks_what_was_opened(const char *path) {
    struct stat before;
    struct stat after;
    if (lstat(path, &before) < 0) {
        return -1;
    }
    int fd = open(path, O_RDWR);
    if (fd >= 0 && (fstat(fd, &after) < 0 || before.st_ino != after.st_ino)) {
        close(fd);
        return -1;
    }
    return fd;
}

int ok_only_reads(const char *path) {
    return access(path, R_OK) == 0 ? open(path, O_RDONLY) : -1;
}

int ok_another_file(const char *path, const char *other) {
    return access(path, F_OK) == 0 ? open(other, O_RDWR) : -1;
}

int ok_name_changed_in_between(const char *path) {
    char name[64];
    snprintf(name, sizeof name, "%s.old", path);
    if (access(name, F_OK) == 0) {
        snprintf(name, sizeof name, "%s.new", path);
        return open(name, O_RDWR | O_CREAT, 0600);
    }
    return -1;
}

int ok_both_ways_come_there(const char *path) {
    if (access(path, F_OK) < 0) {
        puts("will be made");
    }
    return open(path, O_RDWR | O_CREAT, 0600);
}

FILE *ok_read_and_written_again(const char *path) {
    FILE *f = fopen(path, "r");
    if (f) {
        fgetc(f);
        fclose(f);
        return fopen(path, "w");
    }
    return NULL;
}
