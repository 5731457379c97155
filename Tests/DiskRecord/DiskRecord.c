// Records what a program does to the files of one directory, in order: writes, syncs, truncations,
// and new, changed and removed names; and what it sends to its peers. Loaded with LD_PRELOAD into
// the receiver by the end-to-end tests (PowerCutTests), which make from it what a power cut leaves.
//
// DISK_RECORD_DIRECTORY  the directory, an absolute path that ends with a slash.
// DISK_RECORD_FILE       the record, in another directory. Several programs may append to it.
// DISK_RECORD_FAILS      "NAME NUMBER COUNT": so many syncs of that file fail with EIO, the first of
//                        them is the one with that number, counted from 1. Linux keeps what they
//                        should have written in its cache, and never writes it.
//
// Nothing is synced, so that a record is made quickly.
//
// A record is a struct record, then a name, another name, and data. A write is recorded after it
// was done, a response before it is sent. A sync makes durable what was recorded before it began.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
    CREATED = 'C',  // the file, with its name
    WRITTEN = 'W',  // data at the offset
    RESIZED = 'T',  // the new size as the offset
    EXTENDED = 'A',  // at least the offset as its size
    SYNC_BEGINS = 'S',  // of a file, or of the directory, whose name is "."; with the number
    SYNC_ENDS = 'E',  // with the number
    SYNC_FAILS = 'F',  // with the number
    RENAMED = 'R',
    LINKED = 'L',
    REMOVED = 'U',
    SENT = 'M',  // data
};

struct record {
    uint32_t magic;
    uint16_t kind;
    uint16_t nameLength;
    uint16_t otherLength;
    uint16_t unused;
    uint32_t dataLength;
    uint64_t file;  // its inode
    int64_t offset;  // or size, or number of the sync
};

static const char *directory;
static size_t directoryLength;
static int output = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char failing[64];
static unsigned long failingNumber, failingCount;
static _Atomic unsigned long failingSyncs;
static _Atomic int64_t syncs;

static void append(
    enum kind kind, uint64_t file, int64_t offset, const char *name, const char *other,
    const void *data, size_t count
) {
    struct record record = {
        .magic = 0x44524543, .kind = kind, .nameLength = name ? strlen(name) : 0,
        .otherLength = other ? strlen(other) : 0, .dataLength = count, .file = file,
        .offset = offset,
    };
    struct iovec parts[] = {
        {&record, sizeof record}, {(void *)name, record.nameLength},
        {(void *)other, record.otherLength}, {(void *)data, count},
    };
    syscall(SYS_writev, output, parts, 4);
}

// The name of a path in the directory; NULL for other paths.
static const char *nameOf(const char *path) {
    if (output < 0 || !path || strncmp(path, directory, directoryLength)) return NULL;
    const char *name = path + directoryLength;
    return *name && !strchr(name, '/') ? name : NULL;
}

// The inode of an open file of the directory, and its name; 0 for other files, and for the
// directory itself, whose name is ".".
static uint64_t fileOf(int descriptor, char *name, size_t size) {
    struct stat status;
    name[0] = 0;
    if (output < 0 || descriptor < 0 || fstat(descriptor, &status)) return 0;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return 0;
    char link[32], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 2);
    if (length <= 0) return 0;
    path[length] = 0;
    if (S_ISDIR(status.st_mode)) {
        strcpy(path + length, "/");
        if (!strcmp(path, directory)) snprintf(name, size, ".");
        return 0;
    }
    char *deleted = strstr(path, " (deleted)");
    if (deleted) *deleted = 0;
    const char *found = nameOf(path);
    if (!found) return 0;
    snprintf(name, size, "%s", found);
    return status.st_ino;
}

__attribute__((constructor)) static void start(void) {
    const char *file = getenv("DISK_RECORD_FILE");
    const char *text = getenv("DISK_RECORD_FAILS");
    directory = getenv("DISK_RECORD_DIRECTORY");
    if (!directory || !file) return;
    directoryLength = strlen(directory);
    if (text && sscanf(text, "%63s %lu %lu", failing, &failingNumber, &failingCount) != 3) {
        dprintf(2, "DISK_RECORD_FAILS: expected NAME NUMBER COUNT\n");
        _exit(64);
    }
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    output = (int)syscall(SYS_openat, AT_FDCWD, file, flags, 0600);
    if (output < 0) {
        dprintf(2, "DISK_RECORD_FILE: cannot create the file\n");
        _exit(64);
    }
}

// MARK: Names

static int openFile(const char *path, int flags, mode_t mode) {
    const char *name = nameOf(path);
    if (!name || !(flags & (O_CREAT | O_TRUNC))) {
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    }
    pthread_mutex_lock(&lock);
    int isNew = 0, descriptor = -1;
    if (flags & O_CREAT) {
        descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_EXCL, mode);
        isNew = descriptor >= 0;
    }
    if (descriptor < 0 && !(flags & O_EXCL)) {
        descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    }
    int saved = errno;
    struct stat status;
    if (descriptor >= 0 && !fstat(descriptor, &status)) {
        if (isNew) {
            append(CREATED, status.st_ino, 0, name, NULL, NULL, 0);
        } else if (flags & O_TRUNC) {
            append(RESIZED, status.st_ino, 0, name, NULL, NULL, 0);
        }
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
    return descriptor;
}

#define OPEN(function)                                                      \
    int function(const char *path, int flags, ...) {                        \
        va_list arguments;                                                  \
        va_start(arguments, flags);                                         \
        mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;      \
        va_end(arguments);                                                  \
        return openFile(path, flags, mode);                                 \
    }
OPEN(open)
OPEN(open64)

// A call that changes names, with its record.
#define CHANGE(call, kind, name, other)                                     \
    pthread_mutex_lock(&lock);                                              \
    int result = (int)(call);                                               \
    int saved = errno;                                                      \
    if (!result && (name)) append(kind, 0, 0, name, other, NULL, 0);        \
    pthread_mutex_unlock(&lock);                                            \
    errno = saved;                                                          \
    return result;

int rename(const char *path, const char *other) {
    CHANGE(syscall(SYS_renameat, AT_FDCWD, path, AT_FDCWD, other), RENAMED, nameOf(path),
           nameOf(other))
}

int link(const char *path, const char *other) {
    CHANGE(syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, other, 0), LINKED, nameOf(path),
           nameOf(other))
}

int unlink(const char *path) {
    CHANGE(syscall(SYS_unlinkat, AT_FDCWD, path, 0), REMOVED, nameOf(path), NULL)
}

// MARK: Contents

static ssize_t writeFile(int descriptor, const void *bytes, size_t count, off_t offset) {
    char name[256];
    uint64_t file = fileOf(descriptor, name, sizeof name);
    if (file) pthread_mutex_lock(&lock);
    ssize_t written = offset < 0
        ? syscall(SYS_write, descriptor, bytes, count)
        : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    int saved = errno;
    if (file && written > 0) {
        if (offset < 0) offset = lseek(descriptor, 0, SEEK_CUR) - written;
        append(WRITTEN, file, offset, name, NULL, bytes, (size_t)written);
    }
    if (file) pthread_mutex_unlock(&lock);
    errno = saved;
    return written;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    return writeFile(descriptor, bytes, count, -1);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return writeFile(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return writeFile(descriptor, bytes, count, offset);
}

static int resize(int descriptor, off_t length) {
    char name[256];
    uint64_t file = fileOf(descriptor, name, sizeof name);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, descriptor, length);
    int saved = errno;
    if (file && !result) append(RESIZED, file, length, name, NULL, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return result;
}

int ftruncate(int descriptor, off_t length) { return resize(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return resize(descriptor, length); }

static int extend(int descriptor, off_t offset, off_t length) {
    char name[256];
    uint64_t file = fileOf(descriptor, name, sizeof name);
    int result = (int)syscall(SYS_fallocate, descriptor, 0, offset, length);
    if (result) return errno;
    if (file) append(EXTENDED, file, offset + length, name, NULL, NULL, 0);
    return 0;
}

int posix_fallocate(int descriptor, off_t offset, off_t length) {
    return extend(descriptor, offset, length);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    return extend(descriptor, offset, length);
}

static int synchronize(int descriptor) {
    char name[256];
    uint64_t file = fileOf(descriptor, name, sizeof name);
    if (!name[0]) return 0;
    int64_t number = ((int64_t)getpid() << 32) + atomic_fetch_add(&syncs, 1);
    append(SYNC_BEGINS, file, number, name, NULL, NULL, 0);
    if (failingCount && !strcmp(name, failing)) {
        unsigned long count = atomic_fetch_add(&failingSyncs, 1) + 1;
        if (count >= failingNumber && count < failingNumber + failingCount) {
            append(SYNC_FAILS, file, number, name, NULL, NULL, 0);
            errno = EIO;
            return -1;
        }
    }
    append(SYNC_ENDS, file, number, name, NULL, NULL, 0);
    return 0;
}

int fsync(int descriptor) { return synchronize(descriptor); }
int fdatasync(int descriptor) { return synchronize(descriptor); }

// MARK: Responses

ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    if (output >= 0) append(SENT, 0, 0, NULL, NULL, bytes, count);
    return syscall(SYS_sendto, descriptor, bytes, count, flags, NULL, 0);
}
