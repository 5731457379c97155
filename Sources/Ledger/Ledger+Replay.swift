package import Payments

/// A stored callback to be judged again.
package struct ReplayRequest: Sendable {
    package let callbackID: CallbackID

    /// The delivery as verified and parsed with the present keys, paths and options; its time of
    /// receipt is the original one.
    package let delivery: Delivery

    package init(callbackID: CallbackID, delivery: Delivery) {
        self.callbackID = callbackID
        self.delivery = delivery
    }
}

/// The result of judging a stored callback again.
package struct ReplayResult: Equatable, Sendable {
    package let callbackID: CallbackID
    package let before: CallbackOutcome
    package let after: CallbackOutcome

    /// The sequence number of the transition that it caused now; nil when it caused none.
    package let sequence: Int64?

    package init(
        callbackID: CallbackID,
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

extension Ledger {
    /// Judges a stored callback again, with its age measured at its time of receipt.
    ///
    /// A replay recovers callbacks after a mistake in keys, paths or options. One that caused a
    /// transition changes nothing, so a replay can be repeated. A rejected request that now
    /// verifies moves to the journal under its ID.
    package mutating func replay(_ request: ReplayRequest) -> ReplayResult {
        guard let stored = view.callbacks[request.callbackID] else { return replayRefused(request) }
        let unchanged = ReplayResult(
            callbackID: stored.id,
            before: stored.outcome,
            after: stored.outcome
        )
        if stored.outcome == .applied { return unchanged }
        var read = stored
        read.content = request.delivery.content
        let verdict = judge(read)
        // The judgement does not see the owner of the X-EXTERNAL-ID: `duplicate` stays.
        if stored.outcome == .duplicate, verdict.outcome == .replayed { return unchanged }
        var callback = read
        if verdict.outcome == stored.outcome {
            if verdict.needsQuery, stored.isWaiting || startsWaiting(read) {
                _ = planQuery(about: read)
            }
        } else {
            callback = rejudge(verdict, read)
        }
        return ReplayResult(
            callbackID: stored.id,
            before: stored.outcome,
            after: verdict.outcome,
            sequence: callback.sequence
        )
    }

    /// Stores the new judgement of a callback and applies its consequences.
    private mutating func rejudge(
        _ verdict: CallbackVerdict,
        _ stored: StoredCallback
    ) -> StoredCallback {
        var callback = stored
        callback.outcome = verdict.outcome
        callback.response = verdict.response
        place(&callback, at: target(of: callback.content.references), verdict.effect)
        let isQueryPlanned = verdict.needsQuery && planQuery(about: callback)
        callback.isWaiting = verdict.needsQuery && startsWaiting(callback)
        update(callback)
        raise(attentionKinds(verdict, isQueryPlanned: isQueryPlanned), by: callback)
        return callback
    }

    /// Appends a rejected request, which now verifies, to the journal.
    ///
    /// If a callback with its signature is stored already, it counts as a redelivery of that one.
    private mutating func replayRefused(_ request: ReplayRequest) -> ReplayResult {
        let delivery = request.delivery
        let stored = view.callback(redelivered: delivery)
        if let stored, !isReplacing(stored, delivery) {
            // The gateway has delivered it again, and that delivery was stored.
            emit(.countRedelivery(stored.id, atMilliseconds: delivery.receivedMilliseconds))
            return ReplayResult(
                callbackID: request.callbackID,
                before: .refused,
                after: stored.outcome
            )
        }
        let callback = append(delivery, as: request.callbackID)
        if let stored { closeUnsignedFailure(stored) }
        return ReplayResult(
            callbackID: callback.id,
            before: .refused,
            after: callback.outcome,
            sequence: callback.sequence
        )
    }
}
