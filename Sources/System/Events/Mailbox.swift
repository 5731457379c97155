import Synchronization

/// Work that other threads have for an ``EventLoop``.
///
/// However much is posted while the loop runs or is about to, it is woken once.
final class Mailbox: Sendable {
    typealias Work = @Sendable (isolated EventLoop) -> Void

    private struct Content {
        var work: [Work] = []
        /// Whether the loop will look before it rests.
        var isAttended = false
    }

    private let content = Mutex(Content())

    /// True when the loop has to be woken for it.
    func post(_ work: @escaping Work) -> Bool {
        content.withLock { content in
            content.work.append(work)
            let isAttended = content.isAttended
            content.isAttended = true
            return !isAttended
        }
    }

    /// To be called when the loop begins to run.
    func attend() {
        content.withLock { $0.isAttended = true }
    }

    /// Exchanges what has been posted for `batch`, which is empty and lends its memory.
    func collect(into batch: inout [Work]) {
        precondition(batch.isEmpty, "the last batch was run")
        content.withLock { swap(&$0.work, &batch) }
    }

    /// True when nothing has been posted, so that the loop may rest; the next post will wake it.
    func rest() -> Bool {
        content.withLock { content in
            content.isAttended = !content.work.isEmpty
            return content.work.isEmpty
        }
    }
}
