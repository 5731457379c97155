import HTTPCore
import Snap
import System
import Text

/// `POST /admin/prune` and `GET /admin/prune`: heads and bodies that are old are erased.
enum PruneEndpoint {
    static func start(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(request, allow: ["before", "transitions", "dryRun"])
        guard let before = try members.milliseconds("before"),
            before <= Clock.realtimeMilliseconds()
        else {
            throw APIMembers.invalid(
                "before",
                expected: "a Jakarta day or an RFC 3339 time, not in the future"
            )
        }
        let order = PruneOrder(
            beforeMilliseconds: before,
            removesTransitions: try members.flag("transitions"),
            isDryRun: try members.flag("dryRun")
        )
        let progress: PruneProgress
        do throws(Retention.Busy) {
            progress = try await services.retention.start(order)
        } catch {
            let time = JakartaTime.textWithFraction(milliseconds: error.order.beforeMilliseconds)
            throw Problem(
                .pruneRunning,
                "What is from before \(time) is being erased; GET /admin/prune says how far it is."
            )
        }
        var response = JSON.response(PruneRepresentation(progress), status: .accepted)
        response.add("Location", "/admin/prune")
        return response
    }

    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(PruneRepresentation(await services.retention.progress))
    }
}

/// How far an erasure has got, in the API.
struct PruneRepresentation: Encodable {
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

    init(_ progress: PruneProgress) {
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
