import HTTPCore
import Payments
import SQLite
import Snap
import Store

/// `GET /v1/attention`: what somebody has to look at, newest first.
enum AttentionEndpoint {
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let limit = try request.limit()
        var filter = AttentionFilter()
        filter.beforeID = try request.integer("after", in: 0...Int64.max)
        switch request.text("state") {
        case "open", nil: filter.isOpen = true
        case "resolved": filter.isOpen = false
        case "all": filter.isOpen = nil
        default: throw APIRequest.notOneOf("state", ["open", "resolved", "all"])
        }
        if let word = request.text("kind") {
            guard let kind = AttentionKind(rawValue: word) else {
                throw APIRequest.notOneOf("kind", AttentionKind.allCases.map(\.rawValue))
            }
            filter.kind = kind.rawValue
        }
        let wanted = filter
        let found = try await reading { () async throws(SQLiteError) in
            try await services.store.reader.attention(wanted, limit: limit + 1)
        }
        let shown = found.prefix(limit)
        return JSON.response(
            ListPage(
                "attention",
                shown.map { AttentionRepresentation($0) },
                next: shown.last?.id ?? filter.beforeID ?? 0,
                more: found.count > limit
            )
        )
    }

    private struct Resolved: Encodable {
        let attention: AttentionRepresentation
        @Nullable var transition: TransitionRepresentation?
    }

    /// `POST /admin/attention/{id}/resolve`: somebody has looked, and may accept a status.
    static func resolve(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(request, allow: ["note", "accept"])
        let note = try note(members)
        let accept = try acceptedStatus(members)
        guard let id = Int64(digits: request.variables[0].utf8) else {
            throw Problem(.attentionNotFound, "An entry is named by its number.", field: "id")
        }
        let name = request.caller?.name ?? ""
        let resolution = try await committing { () async throws(SQLiteError) in
            try await services.store.resolve(id, note: note, accept: accept, by: name)
        }
        let sequence = try sequence(of: resolution, id: id)
        let reader = services.store.reader
        let (entry, transition) = try await reading { () async throws(SQLiteError) in
            let entry = try await reader.attention(id)
            guard let sequence else { return (entry, TransitionRecord?.none) }
            return (entry, try await reader.transition(sequence))
        }
        guard let entry else { throw Problem(.internalError, "The entry cannot be read again.") }
        return JSON.response(
            Resolved(
                attention: AttentionRepresentation(entry),
                transition: transition.map { TransitionRepresentation($0) }
            )
        )
    }

    static let noteCharactersMax = 1_000

    /// What somebody may decide that a payment is.
    static let acceptableStatuses: [LatestTransactionStatus] = [
        .success, .refunded, .cancelled, .failed,
    ]

    private static func note(_ members: APIMembers) throws(Problem) -> String {
        let expected = "a text of 1 to \(noteCharactersMax) characters"
        guard let note = try members.text("note", expected: expected),
            (1...noteCharactersMax).contains(note.unicodeScalars.count)
        else { throw APIMembers.invalid("note", expected: expected) }
        return note
    }

    private static func acceptedStatus(
        _ members: APIMembers
    ) throws(Problem) -> LatestTransactionStatus? {
        guard let value = members["accept"] else { return nil }
        let statuses = acceptableStatuses
        guard let status = statuses.first(where: { $0.code == value.string }) else {
            let codes = statuses.map { "\"\($0.code)\"" }.joined(separator: ", ")
            throw APIMembers.invalid("accept", expected: "one of \(codes)")
        }
        return status
    }

    /// The transition that a resolution wrote, if one; throws why nothing was resolved.
    private static func sequence(
        of resolution: AttentionResolution,
        id: Int64
    ) throws(Problem) -> Int64? {
        switch resolution {
        case .resolved(let sequence): return sequence
        case .unknown:
            throw Problem(.attentionNotFound, "There is no entry \(id).", field: "id")
        case .alreadyResolved:
            throw Problem(.alreadyResolved, "The entry \(id) is resolved already.", field: "id")
        case .notAllowed(let status):
            throw Problem(
                .statusConflict,
                "The status table has no way there from \(status?.word ?? "nothing").",
                field: "accept"
            )
        case .nothingToAccept:
            throw Problem(
                .statusConflict,
                "The entry \(id) is about no payment whose status could be accepted.",
                field: "accept"
            )
        }
    }
}
