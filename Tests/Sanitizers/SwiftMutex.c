// Shows Thread Sanitizer what Swift's `Mutex` does when threads compete for it.
// `scripts/sanitizers` links it into the programs that it builds for this sanitizer.
//
// An uncontended `Mutex` is a compare-and-exchange, which is compiled into its user and so is seen.
// A contended one is locked and unlocked by the kernel (futex(2), FUTEX_LOCK_PI), from functions of
// libswiftSynchronization, which is built without the sanitizer: what one thread did before it
// unlocked would seem to be unordered with what the next one does. Here are functions of the same
// names (stdlib/public/Synchronization/Mutex/LinuxImpl.swift). They call those of the library.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SELF __attribute__((swift_context)) void *self
#define SWIFT __attribute__((swiftcall))

void __tsan_acquire(void *address);
void __tsan_release(void *address);

// The function of the library.
static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

// _MutexHandle._lockSlow(_:)
SWIFT void $s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF(uint32_t thread, SELF) {
    SWIFT void (*lock)(uint32_t, SELF) =
        next("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
    lock(thread, self);
    __tsan_acquire(self);
}

// _MutexHandle._tryLockSlow()
SWIFT bool $s15Synchronization12_MutexHandleV12_tryLockSlowSbyF(SELF) {
    SWIFT bool (*tryLock)(SELF) = next("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
    bool isLocked = tryLock(self);
    if (isLocked) __tsan_acquire(self);
    return isLocked;
}

// _MutexHandle._unlockSlow()
SWIFT void $s15Synchronization12_MutexHandleV11_unlockSlowyyF(SELF) {
    SWIFT void (*unlock)(SELF) = next("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
    __tsan_release(self);
    unlock(self);
}
