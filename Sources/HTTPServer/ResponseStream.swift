import Sockets
import Synchronization

/// The body of an answer, written bit by bit.
///
/// Let go of unfinished, it breaks the connection off, so that the client can tell.
package final class ResponseStream: Sendable {
    private let loop: EventLoop
    private let connection: EventSourceID
    private let isFinished = Atomic(false)

    /// Whether the task that writes was cancelled while it waited.
    private let isCancelled = Atomic(false)

    init(to connection: EventSourceID, on loop: EventLoop) {
        self.connection = connection
        self.loop = loop
    }

    deinit {
        guard !isFinished.load(ordering: .relaxed) else { return }
        let id = connection
        loop.post { loop in (loop.source(id) as? Connection)?.breakStream(on: loop) }
    }

    /// Sends `bytes`, and returns when there is room for more; false when the peer has gone or the
    /// task is cancelled.
    ///
    /// One call at a time. Waits for the peer no longer than the limit `writeSeconds` without
    /// progress; then the connection is closed.
    package func write(_ bytes: [UInt8]) async -> Bool {
        precondition(!isFinished.load(ordering: .relaxed), "written to after the end")
        let id = connection
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.post { [self] loop in
                    guard let connection = loop.source(id) as? Connection,
                        !isCancelled.load(ordering: .relaxed)
                    else { return continuation.resume(returning: false) }
                    connection.writeStream(bytes, on: loop) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
            loop.post { loop in (loop.source(id) as? Connection)?.releaseWriter(mayGoOn: false) }
        }
    }

    /// Ends the body.
    package func finish() {
        let wasFinished = isFinished.exchange(true, ordering: .relaxed)
        precondition(!wasFinished, "a stream was finished twice")
        let id = connection
        loop.post { loop in (loop.source(id) as? Connection)?.finishStream(on: loop) }
    }
}
