import System
import Synchronization

/// The body of a response, written in pieces.
///
/// If it is released unfinished, the connection is reset, so that the client sees an incomplete
/// body.
package final class ResponseStream: Sendable {
    private let loop: EventLoop
    private let connection: EventSourceID
    private let isFinished = Atomic(false)

    /// Whether the writing task was cancelled while it waited.
    private let isCancelled = Atomic(false)

    init(to connection: EventSourceID, on loop: EventLoop) {
        self.connection = connection
        self.loop = loop
    }

    deinit {
        guard !isFinished.load(ordering: .relaxed) else { return }
        let id = connection
        loop.post { loop in (loop.source(id) as? ServerConnection)?.breakStream(on: loop) }
    }

    /// Sends `bytes`, and returns when there is room for more.
    ///
    /// One call at a time. If the peer reads nothing for `writeSeconds`, the connection is closed.
    ///
    /// - Returns: false if the connection is closed or the task was cancelled.
    package func write(_ bytes: [UInt8]) async -> Bool {
        precondition(!isFinished.load(ordering: .relaxed), "written to after the end")
        let id = connection
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.post { [self] loop in
                    guard let connection = loop.source(id) as? ServerConnection,
                        !isCancelled.load(ordering: .relaxed)
                    else { return continuation.resume(returning: false) }
                    connection.writeStream(bytes, on: loop) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
            loop.post { loop in
                (loop.source(id) as? ServerConnection)?.releaseWriter(mayContinue: false)
            }
        }
    }

    /// Ends the body; may be called once.
    package func finish() {
        let wasFinished = isFinished.exchange(true, ordering: .relaxed)
        precondition(!wasFinished, "a stream was finished twice")
        let id = connection
        loop.post { loop in (loop.source(id) as? ServerConnection)?.finishStream(on: loop) }
    }
}
