import APIModel
import Configuration
import HTTPCore
import Ledger
import Payments
import Snap
import Store
import System
import Text

/// The decisions of operators about attention entries and payments (article Statuses).
enum OperatorEndpoint {
    private struct Resolved: Encodable {
        let attention: AttentionRepresentation
        @Nullable var transition: TransitionRepresentation?
        let dryRun: Bool
    }

    private struct Accepted: Encodable {
        @Nullable var transaction: TransactionRepresentation?
        @Nullable var transition: TransitionRepresentation?
        let dryRun: Bool
    }

    private struct ResolvedAll: Encodable {
        let resolved: Int
    }

    /// `POST /admin/attention/{id}/resolve`: resolves an entry, with or without accepting a fact.
    ///
    /// The decision is made in one commit. A dry run returns the same transition and writes
    /// nothing.
    static func resolve(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(
            request,
            allow: ["note", "accept", "amount", "callbackId", "dryRun"]
        )
        let decision = try decision(members, request, status: "accept", isRequired: false)
        let isDryRun = try members.flag("dryRun")
        guard let id = Int64(digits: request.variables[0].utf8) else {
            throw Problem(
                .attentionNotFound,
                "The id of an attention entry is a number.",
                field: "id"
            )
        }
        let outcome = try await committing { () async throws(StoreError) in
            try await services.store.resolve(id, decision, isDryRun: isDryRun)
        }
        let transition = try transition(of: outcome, id: id, statusMember: "accept")
        let reader = services.store.reader
        let entry = try await reading { () async throws(StoreError) in
            try await reader.attention(id)
        }
        guard let entry else {
            throw Problem(.internalError, "The entry cannot be read after the decision.")
        }
        return JSON.response(
            Resolved(
                attention: AttentionRepresentation(entry),
                transition: transition.map { TransitionRepresentation(TransitionRecord($0)) },
                dryRun: isDryRun
            )
        )
    }

    /// `POST /admin/attention/resolve`: resolves all open entries of a kind, without accepting
    /// facts.
    static func resolveAll(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(request, allow: ["kind", "before", "note"])
        let word = try members.text("kind")
        guard let kind = word.flatMap({ AttentionKind(rawValue: $0) }) else {
            let kinds = AttentionKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIMembers.invalid("kind", expected: "one of \(kinds)")
        }
        guard let before = try members.milliseconds("before") else {
            throw APIMembers.invalid("before", expected: "a Jakarta day or an RFC 3339 time")
        }
        let decision = OperatorDecision(
            note: try operatorText(members),
            name: request.caller?.name ?? ""
        )
        let count = try await committing { () async throws(StoreError) in
            try await services.store.resolveAll(kind, openedBefore: before, decision)
        }
        return JSON.response(ResolvedAll(resolved: count))
    }

    /// `POST /admin/transactions/{partnerReferenceNo}/accept`: sets the status of a payment, which
    /// need not be known yet.
    static func accept(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(request, allow: ["status", "amount", "note", "dryRun"])
        let decision = try decision(members, request, status: "status", isRequired: true)
        let isDryRun = try members.flag("dryRun")
        guard let reference = Reference(request.variables[0]) else {
            throw Problem(
                .transactionNotFound,
                "A partnerReferenceNo has 1 to \(Reference.bytesMax) visible ASCII characters.",
                field: "partnerReferenceNo"
            )
        }
        let outcome = try await committing { () async throws(StoreError) in
            try await services.store.accept(reference, decision, isDryRun: isDryRun)
        }
        let transition = try transition(of: outcome, id: nil, statusMember: "status")
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.transaction(reference)
        }
        return JSON.response(
            Accepted(
                transaction: record.map {
                    TransactionRepresentation(
                        $0,
                        nowMilliseconds: SystemClock.realtimeMilliseconds()
                    )
                },
                transition: transition.map { TransitionRepresentation(TransitionRecord($0)) },
                dryRun: isDryRun
            )
        )
    }

    // MARK: Members

    private static let noteCharactersMax = APILimits.noteCharactersMax
    private static let acceptableStatuses = APILimits.acceptableStatuses

    /// Reads a decision from the members of a request.
    ///
    /// - Parameters:
    ///   - name: the member with the accepted status: `accept` or `status`.
    ///   - isRequired: whether a status must be accepted.
    private static func decision(
        _ members: APIMembers,
        _ request: APIRequest,
        status name: String,
        isRequired: Bool
    ) throws(Problem) -> OperatorDecision {
        let accept = try acceptedStatus(members, name)
        if accept == nil {
            if isRequired { throw invalidStatus(name) }
            for other in ["amount", "callbackId"] where members[other] != nil {
                throw APIMembers.invalid(other, expected: "absent if \(name) is not given")
            }
        }
        return OperatorDecision(
            note: try operatorText(members),
            name: request.caller?.name ?? "",
            accept: accept,
            amount: try members.amount("amount"),
            callbackID: try members.integer("callbackId", in: 1...Int64.max)
        )
    }

    /// The member `note`, which every decision requires; it is stored with the token's name.
    private static func operatorText(_ members: APIMembers) throws(Problem) -> String {
        let expected = "a text of 1 to \(noteCharactersMax) characters"
        guard let note = try members.text("note", expected: expected),
            (1...noteCharactersMax).contains(note.unicodeScalars.count)
        else { throw APIMembers.invalid("note", expected: expected) }
        return note
    }

    /// The accepted status; nil if the member is absent.
    private static func acceptedStatus(
        _ members: APIMembers,
        _ name: String
    ) throws(Problem) -> LatestTransactionStatus? {
        guard let value = members[name] else { return nil }
        guard let status = acceptableStatuses.first(where: { $0.code == value.string }) else {
            throw invalidStatus(name)
        }
        return status
    }

    private static func invalidStatus(_ name: String) -> Problem {
        let codes = acceptableStatuses.map { "\"\($0.code)\"" }.joined(separator: ", ")
        return APIMembers.invalid(name, expected: "one of \(codes)")
    }

    // MARK: Outcomes

    /// The transition that a decision wrote, if any.
    ///
    /// - Throws: the problem if the decision was refused.
    private static func transition(
        of outcome: DecisionOutcome,
        id: Int64?,
        statusMember: String
    ) throws(Problem) -> Transition? {
        let entry = id.map { "The entry \($0)" } ?? "The payment"
        switch outcome {
        case .done(let transition): return transition
        case .unknownEntry:
            throw Problem(.attentionNotFound, "\(entry) does not exist.", field: "id")
        case .alreadyResolved:
            throw Problem(.alreadyResolved, "\(entry) is already resolved.", field: "id")
        case .notAllowed(let from, let to):
            throw Problem(
                .notAllowed,
                "The status table does not allow a change from \(from?.word ?? "nothing") by "
                    + "\(to.code).",
                field: statusMember
            )
        case .nothingToAccept:
            throw Problem(
                .notAllowed,
                "\(entry) concerns no payment, so no status can be accepted.",
                field: statusMember
            )
        case .unconfirmedPayment(let reference):
            throw Problem(
                .notAllowed,
                "\(entry) concerns a payment that is not known yet; accept it by its reference, "
                    + "POST /admin/transactions/\(reference)/accept.",
                field: statusMember
            )
        case .severalFacts(let facts):
            let list = facts.map(\.description).joined(separator: "; ")
            throw Problem(
                .severalFacts,
                "\(entry) has several facts; choose one by amount or callbackId: \(list).",
                field: "amount"
            )
        case .unknownCallback(let id):
            throw APIMembers.invalid(
                "callbackId",
                expected: "the id of a callback of this payment; \(id) is not"
            )
        case .amountRequired:
            throw APIMembers.invalid(
                "amount",
                expected: "given, because no stored fact states an amount"
            )
        }
    }
}
