/// Something with a descriptor that lives on an ``EventLoop``.
package protocol EventSource: AnyObject {
    /// Something has changed on the descriptor.
    ///
    /// Reported once per change: a source that leaves bytes unread has to remember that it did.
    func ready(_ readiness: IOEvents, on loop: isolated EventLoop)

    /// The deadline set with ``EventLoop/setDeadline(_:for:)`` has passed; it is set no more.
    func expired(on loop: isolated EventLoop)
}

/// Names a source of one loop. An id is not given again when its source has been removed.
package struct EventSourceID: Hashable, Sendable {
    let index: UInt32
    let generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    init(token: UInt64) {
        index = UInt32(truncatingIfNeeded: token)
        generation = UInt32(truncatingIfNeeded: token >> 32)
    }

    /// The id as the number that epoll hands back with an event.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(index) }
}
