// Sets the time of day of one process forward or back while it runs. Loaded with LD_PRELOAD into a
// receiver by the soak (SoakTests).
//
// CLOCK_STEP_FILE  a file of 8 bytes: how many seconds are added to the time of day, a signed
//                  number in the order of this machine. Read at each call, so that a write to the
//                  file steps the clock. The monotonic clocks are left alone, as by settimeofday(2).

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// Shared with the test; NULL until the library is ready.
static volatile int64_t *seconds;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("CLOCK_STEP_FILE");
    int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    void *memory = mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, descriptor, 0);
    if (memory != MAP_FAILED) seconds = memory;
    close(descriptor);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    int isTimeOfDay = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (result == 0 && isTimeOfDay && seconds) time->tv_sec += *seconds;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = (int)syscall(SYS_gettimeofday, time, zone);
    if (result == 0 && seconds) time->tv_sec += *seconds;
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
