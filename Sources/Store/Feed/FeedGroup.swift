import Ledger
import Payments
import Synchronization

/// The transitions of one commit, in memory.
///
/// The writer hands them over as they are. Whoever wants them first has them rendered, once for all
/// who follow; then the values go.
final class FeedGroup: Sendable {
    private enum State {
        case values([Transition])
        case rendered(RenderedTransitions)
    }

    /// The first sequence number.
    let first: Int64

    /// The last sequence number.
    let last: Int64

    /// About how much memory it takes, values or text: the rest of a transition's JSON is names,
    /// times and numbers.
    let bytes: Int
    private let state: Mutex<State>

    /// About the bytes of one transition but for its texts.
    static let transitionBytes = 450

    /// - Parameter transitions: one at least, without a gap.
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

    /// The transitions as `render` writes them; the same function must be given every time.
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
    /// The bytes of its texts whose length is not bounded by a few dozen.
    fileprivate var textBytes: Int {
        (externalID?.utf8.count ?? 0) + (paidAt?.text.utf8.count ?? 0)
            + (decision.map { $0.by.utf8.count + $0.note.utf8.count } ?? 0)
    }
}
