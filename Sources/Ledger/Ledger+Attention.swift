package import Payments

extension Ledger {
    /// Opens an entry, or adds the event to the open one of the same subject and kind.
    ///
    /// A dismissed fact or cause opens no entry again; it is counted in the entry in which it was
    /// dismissed. Otherwise each redelivery would repeat work that an operator has done.
    mutating func raise(
        _ kind: AttentionKind,
        about subject: AttentionSubject,
        _ event: AttentionEvent
    ) {
        let dismissals = dismissals(of: event, about: subject)
        if !dismissals.isEmpty {
            // The newest entry counts it. Decided facts have no order of their own, because they
            // may have been moved from another payment.
            let newest = dismissals.compactMap(\.entryID).max().flatMap { view.entries[$0] }
            if let newest { count(event, in: newest) }
            return
        }
        if let entry = view.openEntries(subject).first(where: { $0.kind == kind }) {
            return count(event, in: entry)
        }
        emit(
            .openEntry(
                AttentionEntry(
                    id: assignEntryID(),
                    kind: kind,
                    subject: subject,
                    events: [event],
                    count: 1,
                    openedMilliseconds: now,
                    lastMilliseconds: now
                )
            )
        )
    }

    /// Raises an entry about a payment; the text gets the stored state appended.
    mutating func raise(
        _ kind: AttentionKind,
        about payment: Payment,
        cause: String,
        fact: Fact? = nil,
        callbackID: CallbackID? = nil,
        _ text: String
    ) {
        let event = AttentionEvent(
            cause: cause,
            fact: fact,
            callbackID: callbackID,
            text: text + Self.stored(payment),
            atMilliseconds: now
        )
        raise(kind, about: .payment(payment.id), event)
    }

    /// Raises the entries of a callback's verdict.
    ///
    /// - Parameter other: the payment that they are about, if it is not the callback's own.
    mutating func raise(
        _ kinds: [AttentionKind],
        by callback: StoredCallback,
        about other: Payment? = nil
    ) {
        if kinds.isEmpty { return }
        let payment = other ?? view.payment(callback.paymentID)
        var cause = callback.content.failureCause ?? ""
        var text = "a callback got the response \(cause)"
        if let fact = callback.content.fact {
            cause = Self.cause(fact, callback.content.marks)
            text = "a callback reports \(fact)"
        }
        let event = AttentionEvent(
            cause: cause,
            fact: callback.content.fact,
            callbackID: callback.id,
            text: text + Self.stored(payment),
            atMilliseconds: now
        )
        let subject = payment.map { AttentionSubject.payment($0.id) } ?? .cause(cause)
        for kind in kinds { raise(kind, about: subject, event) }
    }

    /// The cause of a fact's event: the fact with its marks, so that a dismissed fact which stands
    /// does not cover the same fact of another success.
    private static func cause(_ fact: Fact, _ marks: SuccessMarks) -> String {
        [fact.description, marks.time?.text, marks.originalExternalID].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// The dismissals of the same fact or cause.
    private func dismissals(
        of event: AttentionEvent,
        about subject: AttentionSubject
    ) -> [DecidedFact] {
        let id: Payment.ID?
        switch subject {
        case .payment(let payment): id = payment
        case .cause: id = nil
        case .gateway: return []
        }
        return view.decisions(of: id).filter { decided in
            guard decided.decision == .dismissed else { return false }
            if let fact = event.fact, decided.fact == fact { return true }
            return decided.fact == nil && decided.cause == event.cause
        }
    }

    /// Counts an event in an entry; texts already stored are never changed.
    private mutating func count(_ event: AttentionEvent, in entry: AttentionEntry) {
        var entry = entry
        entry.count += 1
        entry.lastMilliseconds = now
        var changed: [Int] = []
        if let index = entry.events.firstIndex(where: { $0.isSame(as: event) }) {
            entry.events[index].count += 1
            entry.events[index].lastMilliseconds = now
            entry.events[index].callbackID = event.callbackID ?? entry.events[index].callbackID
            changed = [index]
        } else if entry.events.count < AttentionEntry.eventsMax {
            entry.events.append(event)
            changed = [entry.events.count - 1]
        }
        emit(.updateEntry(entry, changed: changed))
    }

    /// Closes an open entry.
    mutating func close(_ entry: AttentionEntry, _ resolution: EntryResolution) {
        emit(.closeEntry(entry.id, resolution, atMilliseconds: now))
    }

    /// Closes the entries of a payment that a status resolves, except those with a fact that a
    /// callback still waits with.
    ///
    /// ``AttentionKind/isClosed(by:)`` tells which kinds a status can resolve at all.
    mutating func closeEntries(
        of payment: Payment,
        resolvedBy status: LatestTransactionStatus,
        _ resolution: EntryResolution
    ) {
        let waiting = view.waiting(payment.id).compactMap(\.content.fact)
        for entry in view.openEntries(.payment(payment.id))
        where entry.kind.isClosed(by: status) {
            let isOpen = entry.events.contains { event in
                event.fact.map { waiting.contains($0) } ?? false
            }
            if !isOpen { close(entry, resolution) }
        }
    }

    /// Moves an open entry to another payment, or merges it into the open one of its kind there.
    mutating func move(_ entry: AttentionEntry, to payment: Payment) {
        let subject = AttentionSubject.payment(payment.id)
        guard let other = view.openEntries(subject).first(where: { $0.kind == entry.kind }) else {
            var moved = entry
            moved.subject = subject
            return emit(.updateEntry(moved, changed: []))
        }
        for event in entry.events { count(event, in: view.entries[other.id] ?? other) }
        close(entry, EntryResolution(by: "merge", note: "continued in entry \(other.id)"))
    }

    /// The stored state of a payment as the end of a sentence; empty for an unconfirmed one.
    static func stored(_ payment: Payment?) -> String {
        guard let payment, let status = payment.status else { return "" }
        var text = "; stored: \(status.word)"
        if let amount = payment.expectedAmount { text += ", IDR \(amount)" }
        if let paid = payment.paidAmount, paid != payment.expectedAmount {
            text += ", paid IDR \(paid)"
        }
        if let reference = payment.referenceNo { text += ", referenceNo \(reference)" }
        return text
    }

    // MARK: The gateway itself

    /// Opens an entry about the gateway itself, or counts the event in the open one.
    package mutating func raiseGatewayEntry(_ kind: AttentionKind, detail: String) {
        let event = AttentionEvent(cause: kind.rawValue, text: detail, atMilliseconds: now)
        raise(kind, about: .gateway, event)
    }

    /// Closes the entry of a kind about the gateway itself, for the part `name` of the receiver;
    /// returns whether one was open.
    package mutating func closeGatewayEntry(
        _ kind: AttentionKind,
        by name: String,
        note: String
    ) -> Bool {
        let entries = view.openEntries(.gateway).filter { $0.kind == kind }
        for entry in entries { close(entry, EntryResolution(by: name, note: note)) }
        return !entries.isEmpty
    }
}
