// Makes one call of the C library fail that is about a file of the database. Loaded with LD_PRELOAD
// into a receiver by the end-to-end tests (CallFaultTests).
//
// CALL_FAULTS_DATABASE  the path of the database. Calls are counted about all files whose path
//                       begins with it, and about the directory that holds it, which is named ".".
// CALL_FAULTS_COUNTS    a file for the counts, see `struct count`. It is created.
// CALL_FAULTS_PLAN      "CALL FILE NUMBER TIMES FAULT", such as "write receiver.db-wal 17 1 EIO":
//                       which call fails (1 is the first), how many of them (0: all from then on),
//                       and how. Without it the calls are only counted.
// CALL_FAULTS_ARMED     a file: nothing fails while it does not exist.
//
// Calls: open, read, write, sync, truncate, mmap, fcntl; and malloc (also realloc) as SQLite calls
// it, with the file name "SQLite". Other callers of malloc cannot go on without memory.
//
// Faults: the name of an error, with which the call fails before it does anything; "short": half of
// the bytes are read or written; "slow:N": the call begins N milliseconds later; "lost": the call
// reports success and does nothing, as a disk that breaks its promises; "kill": the program ends by
// SIGKILL before the call.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// How often a call about one file was made, and how often it failed.
struct count {
    char name[48];  // "CALL FILE", padded with zeros
    _Atomic uint64_t calls;
    _Atomic uint64_t faults;
};

enum { COUNTS_MAX = 128 };

enum fault { NONE, ERROR, SHORT, SLOW, LOST, KILL };

static struct {
    const char *database;
    size_t databaseLength;
    size_t directoryLength;  // with the slash
    const char *armed;
    char name[48];
    uint64_t number, times;
    enum fault fault;
    int error;
    long milliseconds;
} plan;

// Shared with the test; NULL until the library is ready.
static struct count *counts;
static struct count *allocations;
static uintptr_t sqliteStart, sqliteEnd;
static atomic_flag adding = ATOMIC_FLAG_INIT;

// The count of a name, added at its first call. NULL when there are too many names.
static struct count *countOf(const char *name) {
    while (atomic_flag_test_and_set(&adding)) {}
    struct count *found = NULL;
    for (int index = 0; index < COUNTS_MAX && !found; index++) {
        if (!counts[index].name[0]) strncpy(counts[index].name, name, sizeof counts->name - 1);
        if (!strncmp(counts[index].name, name, sizeof counts->name - 1)) found = &counts[index];
    }
    atomic_flag_clear(&adding);
    return found;
}

// Counts a call. Returns the fault that it is to have; an ERROR has set errno, and a SLOW call has
// waited.
static enum fault record(struct count *count) {
    if (!count) return NONE;
    uint64_t number = atomic_fetch_add(&count->calls, 1) + 1;
    if (plan.fault == NONE || number < plan.number) return NONE;
    if (plan.times && number >= plan.number + plan.times) return NONE;
    if (strcmp(count->name, plan.name)) return NONE;
    if (plan.armed && syscall(SYS_faccessat, AT_FDCWD, plan.armed, F_OK)) return NONE;
    atomic_fetch_add(&count->faults, 1);
    if (plan.fault == KILL) syscall(SYS_kill, getpid(), SIGKILL);
    if (plan.fault == SLOW) {
        struct timespec rest = {plan.milliseconds / 1000, plan.milliseconds % 1000 * 1000000};
        while (nanosleep(&rest, &rest)) {}
    }
    if (plan.fault == ERROR) errno = plan.error;
    return plan.fault;
}

// The fault of a call about a path, which need not end with a zero.
static enum fault faultAt(const char *call, const char *path, size_t length) {
    if (!counts || length + 1 < plan.directoryLength) return NONE;
    char name[sizeof counts->name];
    int isDirectory = length <= plan.directoryLength
        && !strncmp(path, plan.database, length);
    if (isDirectory) {
        snprintf(name, sizeof name, "%s .", call);
    } else if (length >= plan.databaseLength
               && !strncmp(path, plan.database, plan.databaseLength)) {
        const char *deleted = " (deleted)";
        size_t suffix = strlen(deleted);
        if (length > suffix && !strncmp(path + length - suffix, deleted, suffix)) length -= suffix;
        snprintf(name, sizeof name, "%s %.*s", call, (int)(length - plan.directoryLength),
                 path + plan.directoryLength);
    } else {
        return NONE;
    }
    int saved = errno;
    struct count *count = countOf(name);
    enum fault fault = record(count);
    if (fault != ERROR) errno = saved;
    return fault;
}

static enum fault faultOf(const char *call, int descriptor) {
    if (!counts || descriptor < 0) return NONE;
    char link[32], path[4096];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path);
    errno = saved;
    return length > 0 ? faultAt(call, path, (size_t)length) : NONE;
}

// How many bytes to read or write.
static size_t bytesOf(size_t count, enum fault fault) {
    return fault == SHORT && count > 1 ? count / 2 : count;
}

// MARK: Reading the plan

static int errorNamed(const char *name) {
    static const struct { const char *name; int number; } errors[] = {
        {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EINTR", EINTR}, {"EMFILE", EMFILE},
        {"ENOMEM", ENOMEM}, {"ENOLCK", ENOLCK}, {"EAGAIN", EAGAIN}, {"EACCES", EACCES},
    };
    for (size_t index = 0; index < sizeof errors / sizeof *errors; index++) {
        if (!strcmp(errors[index].name, name)) return errors[index].number;
    }
    return 0;
}

static int readPlan(const char *text) {
    char call[16], file[32], fault[16];
    unsigned long number, times;
    if (sscanf(text, "%15s %31s %lu %lu %15s", call, file, &number, &times, fault) != 5) return 0;
    snprintf(plan.name, sizeof plan.name, "%s %s", call, file);
    plan.number = number;
    plan.times = times;
    if (!strcmp(fault, "short")) {
        plan.fault = SHORT;
    } else if (!strcmp(fault, "lost")) {
        plan.fault = LOST;
    } else if (!strcmp(fault, "kill")) {
        plan.fault = KILL;
    } else if (sscanf(fault, "slow:%ld", &plan.milliseconds) == 1) {
        plan.fault = SLOW;
    } else if ((plan.error = errorNamed(fault))) {
        plan.fault = ERROR;
    }
    return plan.fault != NONE;
}

static int findSQLite(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size, (void)data;
    if (!strstr(object->dlpi_name, "libsqlite3")) return 0;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        sqliteStart = object->dlpi_addr + segment->p_vaddr;
        sqliteEnd = sqliteStart + segment->p_memsz;
    }
    return 1;
}

static void refuse(const char *reason) {
    dprintf(2, "CallFaults: %s\n", reason);
    _exit(64);
}

__attribute__((constructor)) static void start(void) {
    const char *database = getenv("CALL_FAULTS_DATABASE");
    const char *file = getenv("CALL_FAULTS_COUNTS");
    const char *text = getenv("CALL_FAULTS_PLAN");
    if (!database || !file) return;
    const char *slash = strrchr(database, '/');
    if (!slash) refuse("CALL_FAULTS_DATABASE: expected an absolute path");
    plan.database = database;
    plan.databaseLength = strlen(database);
    plan.directoryLength = (size_t)(slash - database) + 1;
    plan.armed = getenv("CALL_FAULTS_ARMED");
    if (text && !readPlan(text)) refuse("CALL_FAULTS_PLAN: expected CALL FILE NUMBER TIMES FAULT");
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    size_t size = COUNTS_MAX * sizeof *counts;
    if (descriptor < 0 || syscall(SYS_ftruncate, descriptor, size)) {
        refuse("CALL_FAULTS_COUNTS: cannot create the file");
    }
    void *memory = (void *)syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
                                   descriptor, (off_t)0);
    if (memory == MAP_FAILED) refuse("CALL_FAULTS_COUNTS: cannot map the file");
    syscall(SYS_close, descriptor);
    dl_iterate_phdr(findSQLite, NULL);
    counts = memory;
    allocations = countOf("malloc SQLite");
}

// MARK: The calls

static int openFile(const char *path, int flags, mode_t mode) {
    enum fault fault = faultAt("open", path, strlen(path));
    return fault == ERROR ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        va_list arguments;                                                  \
        va_start(arguments, flags);                                         \
        mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;      \
        va_end(arguments);                                                  \
        return openFile(path, flags, mode);                                 \
    }
OPEN(open)
OPEN(open64)

#define PREAD(name, offset_t)                                                       \
    ssize_t name(int descriptor, void *bytes, size_t count, offset_t offset) {      \
        enum fault fault = faultOf("read", descriptor);                             \
        if (fault == ERROR) return -1;                                              \
        return syscall(SYS_pread64, descriptor, bytes, bytesOf(count, fault), offset); \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

ssize_t read(int descriptor, void *bytes, size_t count) {
    enum fault fault = faultOf("read", descriptor);
    return fault == ERROR ? -1 : syscall(SYS_read, descriptor, bytes, bytesOf(count, fault));
}

#define PWRITE(name, offset_t)                                                          \
    ssize_t name(int descriptor, const void *bytes, size_t count, offset_t offset) {    \
        enum fault fault = faultOf("write", descriptor);                                \
        if (fault == ERROR) return -1;                                                  \
        if (fault == LOST) return (ssize_t)count;                                       \
        return syscall(SYS_pwrite64, descriptor, bytes, bytesOf(count, fault), offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int descriptor, const void *bytes, size_t count) {
    enum fault fault = faultOf("write", descriptor);
    if (fault == ERROR) return -1;
    if (fault == LOST) return (ssize_t)count;
    return syscall(SYS_write, descriptor, bytes, bytesOf(count, fault));
}

#define SYNC(name)                                          \
    int name(int descriptor) {                              \
        enum fault fault = faultOf("sync", descriptor);     \
        if (fault == ERROR) return -1;                      \
        return fault == LOST ? 0 : (int)syscall(SYS_##name, descriptor); \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_t)                                \
    int name(int descriptor, offset_t length) {                 \
        enum fault fault = faultOf("truncate", descriptor);     \
        if (fault == ERROR) return -1;                          \
        return fault == LOST ? 0 : (int)syscall(SYS_ftruncate, descriptor, length); \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define MMAP(name, offset_t)                                                            \
    void *name(void *address, size_t length, int access, int flags, int descriptor,     \
               offset_t offset) {                                                       \
        if (faultOf("mmap", descriptor) == ERROR) return MAP_FAILED;                    \
        return (void *)syscall(SYS_mmap, address, length, access, flags, descriptor, offset); \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

#define FCNTL(name)                                                         \
    int name(int descriptor, int command, ...) {                            \
        va_list arguments;                                                  \
        va_start(arguments, command);                                       \
        void *argument = va_arg(arguments, void *);                         \
        va_end(arguments);                                                  \
        if (faultOf("fcntl", descriptor) == ERROR) return -1;               \
        return (int)syscall(SYS_fcntl, descriptor, command, argument);      \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

extern void *__libc_malloc(size_t);
extern void *__libc_realloc(void *, size_t);

static int isRefused(void *caller) {
    uintptr_t address = (uintptr_t)caller;
    if (!allocations || address < sqliteStart || address >= sqliteEnd) return 0;
    int saved = errno;
    if (record(allocations) == ERROR) return 1;
    errno = saved;
    return 0;
}

void *malloc(size_t size) {
    return isRefused(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *realloc(void *memory, size_t size) {
    return isRefused(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
