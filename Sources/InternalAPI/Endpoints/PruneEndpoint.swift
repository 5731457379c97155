import APIModel
import HTTPCore
import Maintenance
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
            before <= SystemClock.realtimeMilliseconds()
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

    package static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(PruneRepresentation(await services.retention.progress))
    }
}
