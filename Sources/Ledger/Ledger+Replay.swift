package import Payments

/// A kept callback to be judged again.
package struct ReplayRequest: Sendable {
    package let callbackID: KeptCallback.ID

    /// What it was read as with today's keys and paths; its time of receipt is the original one.
    package let delivery: Delivery

    package init(callbackID: KeptCallback.ID, delivery: Delivery) {
        self.callbackID = callbackID
        self.delivery = delivery
    }
}

/// What judging a kept callback again came to.
package struct ReplayResult: Equatable, Sendable {
    package let callbackID: KeptCallback.ID
    package let before: CallbackOutcome
    package let after: CallbackOutcome

    /// The transition that it caused now.
    package let sequence: Int64?

    package init(
        callbackID: KeptCallback.ID,
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
    /// Judges a kept callback again, the clock being its time of receipt, and decides what follows.
    ///
    /// One that has caused a transition does nothing. One that was refused moves to the journal,
    /// under its number.
    package mutating func replay(_ request: ReplayRequest) -> ReplayResult {
        guard let kept = view.callbacks[request.callbackID] else { return replayRefused(request) }
        let unchanged = ReplayResult(
            callbackID: kept.id,
            before: kept.outcome,
            after: kept.outcome
        )
        if kept.outcome == .applied { return unchanged }
        var read = kept
        read.content = request.delivery.content
        let verdict = judge(read)
        // A kept one that repeated another under its X-EXTERNAL-ID still does.
        if kept.outcome == .duplicate, verdict.outcome == .replayed { return unchanged }
        var callback = read
        if verdict.outcome == kept.outcome {
            if verdict.asks, kept.isWaiting || startsWaiting(read) {
                _ = ask(about: read)
            }
        } else {
            callback = rejudge(verdict, read)
        }
        return ReplayResult(
            callbackID: kept.id,
            before: kept.outcome,
            after: verdict.outcome,
            sequence: callback.sequence
        )
    }

    /// Stores what a callback of the journal is now judged to be, and what follows from it.
    private mutating func rejudge(
        _ verdict: CallbackVerdict,
        _ kept: KeptCallback
    ) -> KeptCallback {
        var callback = kept
        callback.outcome = verdict.outcome
        callback.answer = verdict.answer
        callback.isWaiting = false
        place(&callback, at: target(of: callback.content.references), verdict.effect)
        let isAsked = verdict.asks && ask(about: callback)
        callback.isWaiting = verdict.asks && startsWaiting(callback)
        update(callback)
        raise(held(verdict, isAsked: isAsked), by: callback)
        return callback
    }

    private mutating func replayRefused(_ request: ReplayRequest) -> ReplayResult {
        let delivery = request.delivery
        let kept = view.callback(redelivered: delivery)
        if let kept, !isReplacing(kept, delivery) {
            // An equal one was received besides, and kept: this is one more of it.
            emit(.countRedelivery(kept.id, atMilliseconds: delivery.receivedMilliseconds))
            return ReplayResult(
                callbackID: request.callbackID,
                before: .refused,
                after: kept.outcome
            )
        }
        let callback = keep(delivery, as: request.callbackID)
        if let kept { closeSpoilt(kept) }
        return ReplayResult(
            callbackID: callback.id,
            before: .refused,
            after: callback.outcome,
            sequence: callback.sequence
        )
    }
}
