package import Maintenance
import Text

/// The JSON of the progress of a prune.
package struct PruneRepresentation: Encodable {
    let state: String
    @Nullable var before: String?
    let transitions: Bool
    let dryRun: Bool
    let percent: Int
    let callbacks: Int
    let gatewayCalls: Int
    let refusals: Int
    let removedTransitions: Int
    let bytes: Int
    @Nullable var oldest: Int64?
    @Nullable var heldBy: String?
    @Nullable var startedAt: String?
    @Nullable var finishedAt: String?
    @Nullable var error: String?

    package init(_ progress: PruneProgress) {
        let text = { (milliseconds: Int64?) in
            milliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
        }
        state = progress.state.rawValue
        before = text(progress.order?.beforeMilliseconds)
        transitions = progress.order?.removesTransitions ?? false
        dryRun = progress.order?.isDryRun ?? false
        percent = progress.percent
        callbacks = progress.callbackCount
        gatewayCalls = progress.gatewayCallCount
        refusals = progress.refusalCount
        removedTransitions = progress.transitionCount
        bytes = progress.byteCount
        oldest = progress.oldestSequence
        heldBy = progress.heldBy
        startedAt = text(progress.startedMilliseconds)
        finishedAt = text(progress.finishedMilliseconds)
        error = progress.error
    }
}
