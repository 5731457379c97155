// Makes fdatasync(2) and fsync(2) take longer, as they do on a slow disk. Loaded with LD_PRELOAD by
// the benchmark; SLOW_SYNC_MICROSECONDS says how much longer.

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void delay(void) {
    const char *text = getenv("SLOW_SYNC_MICROSECONDS");
    long microseconds = text ? atol(text) : 0;
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    if (microseconds > 0) nanosleep(&time, NULL);
}

int fdatasync(int descriptor) {
    int result = (int)syscall(SYS_fdatasync, descriptor);
    delay();
    return result;
}

int fsync(int descriptor) {
    int result = (int)syscall(SYS_fsync, descriptor);
    delay();
    return result;
}
