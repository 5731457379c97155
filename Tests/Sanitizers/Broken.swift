import Dispatch
import Glibc
import Synchronization

// A program with one fault of each kind, named by its argument. `scripts/sanitizers` runs it first:
// a sanitizer that does not report these faults would not report any.

/// What several threads change.
final class Shared: @unchecked Sendable {
    private let lock = Mutex(())
    private var guarded = 0
    private(set) var unguarded = 0

    /// Changes both numbers; threads wait for each other's lock now and then.
    func add() {
        lock.withLock { _ in
            guarded += 1
            usleep(100)
        }
        unguarded += 1
    }
}

/// A race for one of two variables. The other one has a contended `Mutex` (SwiftMutex.c).
func race() {
    let shared = Shared()
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
        for _ in 0..<100 { shared.add() }
    }
    print(shared.unguarded)
}

/// A read of memory that has been released.
func use() {
    let pointer = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    pointer.initialize(repeating: 1, count: 4)
    pointer.deallocate()
    print(pointer[2])
}

/// Memory that is not released. To some of it a register may still point.
func leak() {
    for number in 0..<100 {
        UnsafeMutablePointer<Int>.allocate(capacity: 4).initialize(repeating: number, count: 4)
    }
}

switch CommandLine.arguments.dropFirst().first {
case "race": race()
case "use": use()
case "leak": leak()
default: exit(64)
}
