package import Payments
import SQLite

/// A kept callback to be judged again.
package struct ReplayRequest: Sendable {
    package let callbackID: Int64

    /// What it was read as with today's keys and paths; its time of receipt is the original one.
    package let delivery: Delivery

    package init(callbackID: Int64, delivery: Delivery) {
        self.callbackID = callbackID
        self.delivery = delivery
    }
}

/// What judging a kept callback again came to.
package struct ReplayResult: Equatable, Sendable {
    package let callbackID: Int64
    package let before: CallbackOutcome
    package let after: CallbackOutcome

    /// The transition that it caused now.
    package let sequence: Int64?

    package init(
        callbackID: Int64,
        before: CallbackOutcome,
        after: CallbackOutcome,
        sequence: Int64? = nil
    ) {
        self.callbackID = callbackID
        self.before = before
        self.after = after
        self.sequence = sequence
    }
}

extension Bookkeeper {
    /// Judges a kept callback again, the clock being its time of receipt, and writes what follows.
    ///
    /// One that has caused a transition does nothing. One that was refused moves to the journal,
    /// under its number.
    ///
    /// - Parameter isDryRun: nothing is written.
    func replay(
        _ request: ReplayRequest,
        isDryRun: Bool,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> ReplayResult {
        guard let kept = try journal.kept(request.callbackID) else {
            return try replayRefused(request, isDryRun: isDryRun, policy, atMilliseconds: now)
        }
        let unchanged = ReplayResult(
            callbackID: kept.id,
            before: kept.outcome,
            after: kept.outcome
        )
        if kept.outcome == .applied { return unchanged }
        // What happens because of it happens now; only it is judged as of then.
        var delivery = request.delivery
        delivery.receivedMilliseconds = now
        let surroundings = try surroundings(of: delivery)
        let verdict = verdict(on: delivery, of: kept, surroundings, policy)
        // A kept one that repeated another under its X-EXTERNAL-ID still does.
        if kept.outcome == .duplicate, verdict.outcome == .replayed { return unchanged }
        var place = kept.place
        if verdict.outcome == kept.outcome {
            if !isDryRun, verdict.needsQuery, !kept.isSettled {
                let stored = surroundings.transactions.first {
                    $0.state.id == verdict.transactionID
                }
                // Where there is no schedule to ask by, the attention list holds it already.
                _ = try ask(about: delivery, at: place, stored, surroundings, policy)
            }
        } else if !isDryRun {
            try rejudge(kept, verdict, of: delivery, at: &place, surroundings, policy)
        }
        return ReplayResult(
            callbackID: kept.id,
            before: kept.outcome,
            after: verdict.outcome,
            sequence: place.sequence
        )
    }

    /// Writes what a callback of the journal is now judged to be, and what follows from it.
    private func rejudge(
        _ kept: KeptCallback,
        _ verdict: Verdict,
        of delivery: Delivery,
        at place: inout JournalTable.Place,
        _ surroundings: Surroundings,
        _ policy: StorePolicy
    ) throws(SQLiteError) {
        place.sequence = try apply(verdict, of: delivery, at: &place, surroundings, policy)
        try journal.rejudge(delivery, verdict: verdict, at: place)
        try addLate(delivery, at: place)
        guard verdict.answer == .successful else { return }
        try noteExternalID(ofPromoted: kept.id, receivedMilliseconds: kept.receivedMilliseconds)
    }

    private func replayRefused(
        _ request: ReplayRequest,
        isDryRun: Bool,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> ReplayResult {
        let received = request.delivery.receivedMilliseconds
        let surroundings = try surroundings(of: request.delivery)
        if let kept = try repetition(of: request.delivery, in: surroundings) {
            // An equal one was received besides, and kept: this is one more of it.
            if !isDryRun {
                try journal.countRepetition(of: kept.id, receivedMilliseconds: received)
            }
            return ReplayResult(
                callbackID: request.callbackID,
                before: .refused,
                after: kept.outcome
            )
        }
        let owner = externalIDs.covers(received) ? try externalIDOwner(of: request.delivery) : nil
        let verdict = verdict(
            on: request.delivery,
            receivedMilliseconds: received,
            externalIDUse: owner.map {
                $0.fact == request.delivery.fact ? .sameFact : .otherFact
            } ?? .free,
            isSettled: false,
            surroundings,
            policy
        )
        var sequence: Int64?
        if !isDryRun {
            sequence = try move(request, verdict, surroundings, policy, atMilliseconds: now)
            if verdict.answer == .successful {
                try noteExternalID(
                    ofPromoted: request.callbackID,
                    receivedMilliseconds: received
                )
            }
        }
        return ReplayResult(
            callbackID: request.callbackID,
            before: .refused,
            after: verdict.outcome,
            sequence: sequence
        )
    }

    /// Moves a refused callback to the journal, under its number.
    private func move(
        _ request: ReplayRequest,
        _ verdict: Verdict,
        _ surroundings: Surroundings,
        _ policy: StorePolicy,
        atMilliseconds now: Int64
    ) throws(SQLiteError) -> Int64? {
        var delivery = request.delivery
        delivery.receivedMilliseconds = now
        var place = JournalTable.Place(
            id: request.callbackID,
            transactionID: nil,
            previousCallbackID: nil,
            sequence: nil
        )
        place.sequence = try apply(verdict, of: delivery, at: &place, surroundings, policy)
        if place.transactionID == nil {
            place.isCrowded = surroundings.callbackIDs.count >= Self.searchedMax
        }
        try journal.insert(
            request.delivery,
            verdict: verdict,
            verification: try verifications.id(of: request.delivery.verification),
            at: place
        )
        let received = request.delivery.receivedMilliseconds
        try clockSteps.note(.callbacks, id: place.id, milliseconds: received)
        newestCallbackID = max(newestCallbackID, place.id)
        try addLate(request.delivery, at: place)
        return place.sequence
    }
}
