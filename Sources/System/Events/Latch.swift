import Glibc

/// Something that happens once, and that waits on descriptors can be ended by.
///
/// It is a pair of connected sockets: opening ends one side, which makes the other readable for
/// good.
package final class Latch: Sendable {
    private let near: Descriptor
    private let far: Descriptor

    /// Wraps `socketpair(2)`.
    package init() throws(SystemError) {
        let pair = try SocketPair()
        near = pair.near
        far = pair.far
    }

    /// From any thread; a second time changes nothing.
    package func open() {
        // The peer is ours and still there, so there is nothing that could fail.
        try? far.endSending()
    }

    /// Waits until the latch is open, `other` is, or the time has come.
    ///
    /// - Parameter deadline: on the monotonic clock; one in the past only looks.
    package func wait(
        untilNanoseconds deadline: UInt64,
        orUntil other: Latch
    ) throws(SystemError) -> Waited {
        try near.wait(for: .receiving, untilNanoseconds: deadline, orUntil: other)
    }

    /// Whether it has been opened.
    package var isOpen: Bool {
        get throws(SystemError) {
            try near.wait(for: .receiving, untilNanoseconds: 0, orUntil: nil) == .ready
        }
    }

    /// The number of the side that becomes readable, for `poll(2)`.
    var raw: CInt { near.raw }
}

/// How a wait ended.
package enum Waited: Equatable, Sendable {
    /// What was waited for has happened; an error to be fetched counts too.
    case ready
    /// The latch was opened. It is asked first.
    case interrupted
    case timedOut
}

/// What a descriptor is to be ready for.
package enum Direction: Sendable {
    case receiving
    case sending

    fileprivate var events: CShort { CShort(self == .receiving ? POLLIN : POLLOUT) }
}

extension Descriptor {
    /// Waits until the descriptor is ready, the latch is open, or the time has come.
    ///
    /// - Parameter deadline: on the monotonic clock; one in the past only looks.
    ///
    /// Wraps `poll(2)`.
    package borrowing func wait(
        for direction: Direction,
        untilNanoseconds deadline: UInt64,
        orUntil latch: Latch?
    ) throws(SystemError) -> Waited {
        // poll(2) passes over a negative descriptor.
        var entries = [
            pollfd(fd: raw, events: direction.events, revents: 0),
            pollfd(fd: latch?.raw ?? -1, events: CShort(POLLIN), revents: 0),
        ]
        while true {
            let now = SystemClock.monotonicNanoseconds()
            let count = unsafe poll(&entries, nfds_t(entries.count), milliseconds(now, deadline))
            let code = errno
            // After a signal the time that remains is computed anew.
            if count == -1, code != EINTR { throw SystemError(call: "poll", code: code) }
            if count > 0 { return entries[1].revents != 0 ? .interrupted : .ready }
            if count == 0, SystemClock.monotonicNanoseconds() >= deadline { return .timedOut }
        }
    }
}

/// The time to wait, rounded up so that the deadline has passed when `poll(2)` says so.
private func milliseconds(_ now: UInt64, _ deadline: UInt64) -> CInt {
    guard now < deadline else { return 0 }
    return CInt(min((deadline - now + 999_999) / 1_000_000, UInt64(CInt.max)))
}
