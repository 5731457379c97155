import Ledger
import Payments
import Synchronization

/// The transitions of one commit, in memory.
///
/// The writer adds them as values, which costs it little. The first read renders them, once for all
/// followers, and releases the values.
final class FeedGroup: Sendable {
    private enum State {
        case values([Transition])
        case rendered(RenderedTransitions)
    }

    /// The first sequence number.
    let first: Int64

    /// The last sequence number.
    let last: Int64

    /// The approximate memory use in bytes, as values or as text: names, times and numbers count
    /// ``transitionBytes``, other texts their length.
    let bytes: Int
    private let state: Mutex<State>

    /// Approximate bytes of one transition without its longer texts.
    static let transitionBytes = 450

    /// - Parameter transitions: at least one, with consecutive sequence numbers.
    init(_ transitions: [Transition], first: Int64) {
        precondition(
            zip(transitions, first...).allSatisfy { $0.sequence == $1 },
            "the transitions of a commit have no gaps"
        )
        self.first = first
        last = first + Int64(transitions.count) - 1
        bytes = transitions.reduce(0) { $0 + Self.transitionBytes + $1.textBytes }
        state = Mutex(.values(transitions))
    }

    /// The transitions as `render` writes them.
    ///
    /// Every call must pass the same function, because the first result is stored.
    func rendered(_ render: TransitionRendering) -> RenderedTransitions {
        state.withLock { state in
            switch state {
            case .rendered(let rendered): return rendered
            case .values(let transitions):
                let rendered = RenderedTransitions(
                    transitions.map { TransitionRecord($0) },
                    render
                )
                state = .rendered(rendered)
                return rendered
            }
        }
    }
}

extension Transition {
    /// The bytes of those texts that may be longer than a few dozen.
    fileprivate var textBytes: Int {
        (externalID?.utf8.count ?? 0) + (paidAt?.text.utf8.count ?? 0)
            + (decision.map { $0.by.utf8.count + $0.note.utf8.count } ?? 0)
    }
}
