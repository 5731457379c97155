import APIModel
import HTTPCore
import Ledger
import Notify
import Payments
import Snap
import Store
import Text

/// `POST /admin/callbacks/replay`: judges stored callbacks again with the current keys and options.
enum ReplayEndpoint {
    fileprivate struct Result: Encodable {
        let callbackId: Int64
        let before: String
        let after: String
        let sequence: Int64?

        /// The reason why it was not judged; nil if it was.
        let problem: String?
    }

    private struct Results: Encodable {
        let results: [Result]

        /// Whether the selection has older callbacks that were not judged.
        let more: Bool
    }

    private static let countMax = APILimits.replayedCallbacksMax

    /// Judges the selected callbacks in one commit, or in a dry run.
    ///
    /// A callback whose bytes were erased, or whose signature still does not verify, keeps its
    /// outcome.
    static func replay(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let members = try APIMembers(
            request,
            allow: ["ids", "outcome", "from", "to", "dryRun"]
        )
        let isDryRun = try members.flag("dryRun")
        var (records, more) = try await selected(members, services.store.reader)
        // In the order of receipt, because a callback may depend on an earlier one.
        records.sort { $0.id < $1.id }
        var results: [ReplayResult] = []
        var requests: [ReplayRequest] = []
        for record in records {
            if let delivery = services.replayer.delivery(of: record) {
                requests.append(ReplayRequest(callbackID: record.id, delivery: delivery))
            } else {
                results.append(
                    ReplayResult(
                        callbackID: record.id,
                        before: record.outcome,
                        after: record.outcome
                    )
                )
            }
        }
        let wanted = requests
        results += try await committing { () async throws(StoreError) in
            try await services.store.replay(wanted, isDryRun: isDryRun)
        }
        if !isDryRun { await services.overview.recount() }
        results.sort { $0.callbackID < $1.callbackID }
        let erased = Set(records.filter { $0.erased != nil }.map(\.id))
        return JSON.response(
            Results(
                results: results.map { Result($0, isErased: erased.contains($0.callbackID)) },
                more: more
            )
        )
    }

    /// Reads the selected callbacks: by `ids`, or the newest with an outcome.
    private static func selected(
        _ members: APIMembers,
        _ reader: any StorageReader
    ) async throws(Problem) -> (records: [CallbackRecord], more: Bool) {
        if let ids = try ids(members) {
            var records: [CallbackRecord] = []
            for id in ids {
                let record = try await reading { () async throws(StoreError) in
                    try await reader.callback(id)
                }
                guard let record else {
                    throw Problem(.callbackNotFound, "No callback has the id \(id).", field: "ids")
                }
                records.append(record)
            }
            return (records, false)
        }
        var filter = try filter(members)
        var records: [CallbackRecord] = []
        // In pages: a rare outcome may be far back, and one long read would delay other readers.
        while true {
            let (wanted, limit) = (filter, countMax - records.count)
            let page = try await reading { () async throws(StoreError) in
                try await reader.callbackPage(wanted, limit: limit)
            }
            records += page.callbacks
            if !page.more || records.count == countMax { return (records, page.more) }
            filter.beforeID = page.next
        }
    }

    /// The member `ids`; nil if it is not given.
    private static func ids(_ members: APIMembers) throws(Problem) -> Set<Int64>? {
        guard let value = members["ids"] else { return nil }
        for name in ["outcome", "from", "to"] where members[name] != nil {
            throw APIMembers.invalid(name, expected: "absent if ids is given")
        }
        let ids = value.elements.compactMap(\.wholeNumber).filter { $0 > 0 }
        guard value.kind == .array, ids.count == value.elements.count,
            (1...countMax).contains(ids.count)
        else {
            throw APIMembers.invalid(
                "ids",
                expected: "an array of 1 to \(countMax) ids of callbacks"
            )
        }
        return Set(ids)
    }

    /// The selection by outcome and time of receipt; `outcome` is required without `ids`.
    private static func filter(_ members: APIMembers) throws(Problem) -> CallbackFilter {
        var filter = CallbackFilter()
        guard let word = members["outcome"]?.string, let outcome = CallbackOutcome(word: word)
        else {
            let words = CallbackOutcome.allCases.map(\.word).joined(separator: ", ")
            throw APIMembers.invalid("outcome", expected: "one of \(words), unless ids is given")
        }
        filter.outcome = outcome
        filter.fromMilliseconds = try members.milliseconds("from")
        filter.toMilliseconds = try members.milliseconds("to")
        return filter
    }
}

extension ReplayEndpoint.Result {
    fileprivate init(_ result: ReplayResult, isErased: Bool) {
        self.init(
            callbackId: result.callbackID,
            before: result.before.word,
            after: result.after.word,
            sequence: result.sequence,
            problem: isErased ? Problem.Kind.bodyErased.rawValue : nil
        )
    }
}
