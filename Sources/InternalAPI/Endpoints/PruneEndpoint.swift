import APIModel
import HTTPCore
import Maintenance
import Snap
import System
import Text

/// `POST /admin/prune` and `GET /admin/prune`: erases old heads and bodies (article Storage).
enum PruneEndpoint {
    /// Starts a prune, and returns its progress with 202; the work continues in the background.
    ///
    /// The same order returns the progress of the running one. Another order is refused with 409,
    /// except while a dry run or the hourly prune runs, which it replaces.
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
                "Data from before \(time) is being erased; GET /admin/prune shows the progress."
            )
        }
        var response = JSON.response(PruneRepresentation(progress), status: .accepted)
        response.add("Location", "/admin/prune")
        return response
    }

    /// The progress of the running or last prune.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        JSON.response(PruneRepresentation(await services.retention.progress))
    }
}
