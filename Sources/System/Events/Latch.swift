import CLinux
import Glibc

/// A one-time event that ends waits on descriptors.
///
/// It consists of two connected sockets: opening it closes one side, which makes the other readable
/// for good.
package final class Latch: Sendable {
    private let near: Descriptor
    private let far: Descriptor

    /// Wraps `socketpair(2)`.
    package init() throws(SystemError) {
        let pair = try SocketPair()
        near = pair.near
        far = pair.far
    }

    /// Opens the latch; may be called from any thread. A second call has no effect.
    package func open() {
        // Both ends belong to this object, so this cannot fail.
        try? far.endSending()
    }

    /// Waits until this latch is open, `other` is open, or the deadline has passed.
    ///
    /// - Parameter deadline: on the monotonic clock; one in the past only checks.
    package func wait(
        untilNanoseconds deadline: UInt64,
        orUntil other: Latch
    ) throws(SystemError) -> Waited {
        try near.wait(for: .receiving, untilNanoseconds: deadline, orUntil: other)
    }

    /// Waits until this latch is open or the deadline has passed.
    ///
    /// - Parameter deadline: on the monotonic clock; one in the past only checks.
    package func wait(untilNanoseconds deadline: UInt64) throws(SystemError) -> Waited {
        try near.wait(for: .receiving, untilNanoseconds: deadline, orUntil: nil)
    }

    /// Whether it was opened.
    package var isOpen: Bool {
        get throws(SystemError) {
            try wait(untilNanoseconds: 0) == .ready
        }
    }

    /// The number of the side that becomes readable, for `poll(2)`.
    var raw: CInt { near.raw }
}

/// The result of a wait.
package enum Waited: Equatable, Sendable {
    /// The descriptor is ready, or has an error to be read.
    case ready
    /// The latch is open; it takes precedence.
    case interrupted
    case timedOut
}

/// The readiness to wait for.
package enum Direction: Sendable {
    case receiving
    case sending

    /// Whichever comes first.
    case either

    fileprivate var events: CShort {
        switch self {
        case .receiving: CShort(POLLIN)
        case .sending: CShort(POLLOUT)
        case .either: CShort(POLLIN | POLLOUT)
        }
    }
}

extension Descriptor {
    /// Waits until the descriptor is ready, the latch is open, or the deadline has passed.
    ///
    /// - Parameter deadline: on the monotonic clock; one in the past only checks.
    package borrowing func wait(
        for direction: Direction,
        untilNanoseconds deadline: UInt64,
        orUntil latch: Latch?
    ) throws(SystemError) -> Waited {
        try ForeignDescriptor(raw).wait(
            for: direction,
            untilNanoseconds: deadline,
            orUntil: latch
        )
    }
}

/// The descriptor of a library, which opens and closes it.
package struct ForeignDescriptor {
    private let raw: CInt

    package init(_ raw: CInt) { self.raw = raw }

    /// The same as of ``Descriptor``. Wraps `poll(2)`.
    package func wait(
        for direction: Direction,
        untilNanoseconds deadline: UInt64,
        orUntil latch: Latch?
    ) throws(SystemError) -> Waited {
        // poll(2) ignores a negative descriptor.
        var entries = [
            pollfd(fd: raw, events: direction.events, revents: 0),
            pollfd(fd: latch?.raw ?? -1, events: CShort(POLLIN), revents: 0),
        ]
        while true {
            let now = SystemClock.monotonicNanoseconds()
            let count = unsafe poll(&entries, nfds_t(entries.count), milliseconds(now, deadline))
            let code = errno
            // After a signal, the remaining time is computed again.
            if count == -1, code != EINTR { throw SystemError(call: "poll", code: code) }
            if count > 0 { return entries[1].revents != 0 ? .interrupted : .ready }
            if count == 0, SystemClock.monotonicNanoseconds() >= deadline { return .timedOut }
        }
    }
}

/// The time to wait, rounded up so that the deadline has passed when `poll(2)` returns.
private func milliseconds(_ now: UInt64, _ deadline: UInt64) -> CInt {
    guard now < deadline else { return 0 }
    return CInt(min((deadline - now + 999_999) / 1_000_000, UInt64(CInt.max)))
}

/// Two sockets that are connected to each other.
package struct SocketPair: ~Copyable {
    let near: Descriptor
    let far: Descriptor

    /// Wraps `socketpair(2)`.
    package init() throws(SystemError) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var pair: [CInt] = [-1, -1]
        _ = try retryingOnInterrupt("socketpair") { unsafe socketpair(AF_UNIX, type, 0, &pair) }
        near = Descriptor(owning: pair[0])
        far = Descriptor(owning: pair[1])
    }

    /// Passes ownership of both to `body`.
    package consuming func transfer(
        _ body: (_ near: consuming Descriptor, _ far: consuming Descriptor) -> Void
    ) {
        body(near, far)
    }
}
