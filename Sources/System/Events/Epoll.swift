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

/// The events that an ``Epoll`` reported last.
@safe struct EpollEvents {
    private var events: [epoll_event]

    /// How many events the last report has; they are at the start of the array.
    private(set) var count = 0

    init(capacity: Int) {
        unsafe events = [epoll_event](repeating: epoll_event(), count: capacity)
    }

    /// Reads the events since the last call, without waiting.
    ///
    /// Wraps `epoll_wait(2)`.
    mutating func poll(_ epoll: Epoll) {
        let raw = epoll.descriptor.raw
        let result = unsafe events.withUnsafeMutableBufferPointer { events in
            unsafe epoll_wait(raw, events.baseAddress, CInt(events.count), 0)
        }
        // EINTR means that nothing was reported; the next call reports it.
        precondition(result >= 0 || errno == EINTR, "epoll_wait on an invalid set")
        count = max(0, Int(result))
    }

    /// The token of an event, and the readiness.
    subscript(index: Int) -> (token: UInt64, readiness: IOEvents) {
        let event = unsafe events[index]
        return unsafe (event.data.u64, IOEvents(rawValue: event.events))
    }
}
