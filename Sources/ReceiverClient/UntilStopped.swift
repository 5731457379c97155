import Queues
import System

/// Runs `body` until it ends, SIGINT or SIGTERM arrives, or standard output has no reader.
///
/// A signal, or the end of the reader, cancels `body`, waits for its end, and is a success.
///
/// - Parameter writesOutput: whether a missing reader of standard output ends it.
package func untilStopped(
    writesOutput: Bool = true,
    _ body: @escaping @Sendable () async throws(CommandProblem) -> Void
) async throws(CommandProblem) {
    let (arrivals, continuation) = AsyncStream.makeStream(of: Void.self)
    let signals = Signals([.terminate, .interrupt]) { _ in continuation.yield() }
    let reader = writesOutput ? OutputReader { continuation.yield() } : nil
    defer {
        _ = signals
        reader?.forget()
    }
    let result = await withTaskGroup(of: Result<Void, CommandProblem>.self) { group in
        group.addTask {
            do throws(CommandProblem) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        group.addTask {
            for await _ in arrivals { break }
            return .success(())
        }
        let first = await group.next()
        group.cancelAll()
        return first ?? .success(())
    }
    try result.get()
}

/// Watches whether standard output still has a reader, such as `head` behind a pipe.
private struct OutputReader {
    private let latch: Latch

    /// Starts watching, on a thread of its own.
    ///
    /// - Parameter onEnd: called when the reader is gone.
    /// - Returns: nil if it cannot be watched; then the next write fails instead.
    init?(onEnd: @escaping @Sendable () -> Void) {
        guard let latch = try? Latch() else { return nil }
        self.latch = latch
        QueueExecutor(blockingLabel: "output").run {
            let hasGone = try? StandardStream.output.waitUntilUnread(orUntil: latch)
            if hasGone == true { onEnd() }
        }
    }

    /// Stops watching.
    func forget() { latch.open() }
}
