// Sets the clocks of one process forward or back while it runs. Loaded with LD_PRELOAD by the soak
// (SoakTests) and by the years (YearsTests).
//
// CLOCK_STEP_FILE  a file of 8 bytes: how many seconds are added to the time, a signed number in the
//                  order of this machine. Read at each call, so that a write to the file steps the
//                  clock.
// CLOCK_STEP_ALL   if set, all clocks are stepped, as if so much time had passed, and timers that
//                  have become due fire at once. Otherwise only the time of day is, as by
//                  settimeofday(2).

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

// Shared with the test; NULL until the library is ready.
static volatile int64_t *seconds;
static bool movesAll;

// The timers of the process (libdispatch has one for each clock), as they were set.
static struct {
    int descriptor;
    int flags;
    struct itimerspec time;
} timers[64];
static size_t timerCount;
static pthread_mutex_t timersLock = PTHREAD_MUTEX_INITIALIZER;

static int64_t step(void) { return seconds ? *seconds : 0; }

static int setTimer(int descriptor, int flags, struct itimerspec time, struct itimerspec *old) {
    bool isArmed = time.it_value.tv_sec != 0 || time.it_value.tv_nsec != 0;
    if (isArmed && flags & TFD_TIMER_ABSTIME) {
        time.it_value.tv_sec -= step();
        // Long ago; 0 would disarm it.
        if (time.it_value.tv_sec < 0) time.it_value = (struct timespec){0, 1};
    }
    return (int)syscall(SYS_timerfd_settime, descriptor, flags, &time, old);
}

static void *watchStep(void *argument) {
    (void)argument;
    struct timespec pause = {0, 2000000};
    for (int64_t known = step();; nanosleep(&pause, NULL)) {
        if (step() == known) continue;
        known = step();
        pthread_mutex_lock(&timersLock);
        for (size_t i = 0; i < timerCount; i++) {
            setTimer(timers[i].descriptor, timers[i].flags, timers[i].time, NULL);
        }
        pthread_mutex_unlock(&timersLock);
    }
}

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("CLOCK_STEP_FILE");
    int descriptor = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    void *memory = mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (memory == MAP_FAILED) return;
    seconds = memory;
    movesAll = getenv("CLOCK_STEP_ALL") != NULL;
    pthread_t thread;
    if (movesAll) pthread_create(&thread, NULL, watchStep, NULL);
}

int timerfd_settime(
    int descriptor, int flags, const struct itimerspec *time, struct itimerspec *old
) {
    if (!movesAll) return (int)syscall(SYS_timerfd_settime, descriptor, flags, time, old);
    pthread_mutex_lock(&timersLock);
    size_t i = 0;
    while (i < timerCount && timers[i].descriptor != descriptor) i++;
    if (i < sizeof timers / sizeof *timers) {
        timers[i].descriptor = descriptor;
        timers[i].flags = flags;
        timers[i].time = *time;
        if (i == timerCount) timerCount++;
    }
    int result = setTimer(descriptor, flags, *time, old);
    pthread_mutex_unlock(&timersLock);
    return result;
}

// The end of a wait is a time of day, which the caller has read here.
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict end) {
    static int (*original)(sem_t *, const struct timespec *);
    if (!original) *(void **)&original = dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec real = *end;
    real.tv_sec -= step();
    return original(semaphore, &real);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    bool isCPUTime = clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
    bool isTimeOfDay = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (result == 0 && (movesAll ? !isCPUTime : isTimeOfDay)) time->tv_sec += step();
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = (int)syscall(SYS_gettimeofday, time, zone);
    if (result == 0) time->tv_sec += step();
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
