import CLinux
import Glibc

/// The readiness of a descriptor.
package struct IOEvents: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes, a connection, or the end of the peer's sending side can be read.
    package static let readable = IOEvents(rawValue: EPOLLIN.rawValue)
    /// The kernel accepts bytes again.
    package static let writable = IOEvents(rawValue: EPOLLOUT.rawValue)
    /// The peer has closed its sending side; it may still read.
    package static let peerEnded = IOEvents(rawValue: EPOLLRDHUP.rawValue)
    /// The connection is closed in both directions, or broken.
    package static let failed = IOEvents(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
    /// The kernel may have bytes, or the end of them.
    package static let incoming = IOEvents(
        rawValue: readable.rawValue | peerEnded.rawValue | failed.rawValue
    )
}

/// An epoll set (epoll(7)); its descriptor is closed with the last reference.
final class Epoll: Sendable {
    let descriptor: Descriptor

    /// Wraps `epoll_create1(2)`.
    init() throws(SystemError) {
        let flags = CInt(EPOLL_CLOEXEC)
        let raw = try retryingOnInterrupt("epoll_create1") { epoll_create1(flags) }
        descriptor = Descriptor(owning: raw)
    }

    /// The token of a ``Waker``'s events; no source has it.
    static let wakingToken = UInt64.max

    /// Reports every change on the descriptor `raw` under `token`, until the descriptor is closed.
    ///
    /// Edge-triggered and for both directions, so that a request needs no further system call.
    /// Wraps `epoll_ctl(2)`.
    func add(_ raw: CInt, token: UInt64) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events =
            EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue
            | cashin_epoll_edge_triggered
        unsafe event.data.u64 = token
        let own = descriptor.raw
        _ = try retryingOnInterrupt("epoll_ctl") {
            unsafe epoll_ctl(own, EPOLL_CTL_ADD, raw, &event)
        }
    }
}

/// Ends a thread's wait for an ``Epoll`` from another thread (eventfd(2)).
final class Waker: Sendable {
    private let counter: Descriptor

    /// Wraps `eventfd(2)`.
    init(of epoll: Epoll) throws(SystemError) {
        let flags = CInt(EFD_CLOEXEC | EFD_NONBLOCK)
        counter = Descriptor(owning: try retryingOnInterrupt("eventfd") { eventfd(0, flags) })
        try epoll.add(counter.raw, token: Epoll.wakingToken)
    }

    /// Ends the present wait, or the next one.
    ///
    /// Each write is an edge, so the counter is never read. Wraps `eventfd_write(3)`.
    func wake() {
        // Fails only when the counter is full, after 2^64 writes.
        _ = eventfd_write(counter.raw, 1)
    }
}

/// The events that an ``Epoll`` reported last.
struct EpollEvents {
    /// One event: the token of the descriptor, and its readiness.
    typealias Event = (token: UInt64, readiness: IOEvents)

    private(set) var events: [Event] = []
    private let capacity: Int

    /// - Parameter capacity: the maximum of events of one report.
    init(capacity: Int) {
        self.capacity = capacity
        events.reserveCapacity(capacity)
    }

    /// Replaces the events with those since the last call; waits until there are any.
    ///
    /// Wraps `epoll_wait(2)`.
    ///
    /// - Parameter milliseconds: how long it waits at most; -1 means without an end.
    mutating func wait(for epoll: Epoll, milliseconds: CInt) {
        let raw = epoll.descriptor.raw
        events.removeAll(keepingCapacity: true)
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: capacity) { buffer in
            let count = unsafe epoll_wait(
                raw,
                buffer.baseAddress,
                CInt(buffer.count),
                milliseconds
            )
            // EINTR means that nothing was reported; the next call reports it.
            precondition(count >= 0 || errno == EINTR, "epoll_wait on an invalid set")
            for index in 0..<max(0, Int(count)) {
                let event = unsafe buffer[index]
                unsafe events.append((event.data.u64, IOEvents(rawValue: event.events)))
            }
        }
    }
}
