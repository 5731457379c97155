import Synchronization

/// Work that other threads post to an ``EventLoop``.
///
/// The loop is woken once, however much is posted while it runs or is about to run.
final class LoopMailbox: Sendable {
    typealias Work = @Sendable (isolated EventLoop) -> Void

    private struct Content {
        var work: [Work] = []
        /// Whether the loop will check for work before it rests.
        var isAttended = false
    }

    private let content = Mutex(Content())

    /// Adds work; returns whether the loop must be woken.
    func post(_ work: @escaping Work) -> Bool {
        content.withLock { content in
            content.work.append(work)
            let isAttended = content.isAttended
            content.isAttended = true
            return !isAttended
        }
    }

    /// Called when the loop starts to run.
    func attend() {
        content.withLock { $0.isAttended = true }
    }

    /// Swaps the posted work with `batch`, which is empty and provides its memory.
    func collect(into batch: inout [Work]) {
        precondition(batch.isEmpty, "the last batch was run")
        content.withLock { swap(&$0.work, &batch) }
    }

    /// Returns whether the loop may rest, because there is no work; then the next post wakes it.
    func rest() -> Bool {
        content.withLock { content in
            content.isAttended = !content.work.isEmpty
            return content.work.isEmpty
        }
    }
}
