import Ledger
import Payments
import SQLTables
import SQLiteFiles
import Store

extension SQLiteEngine {
    /// Loads the view of a group of events; <doc:EngineProtocol> of the module `Ledger` says what
    /// it must contain.
    ///
    /// Runs inside the write, so no other connection can change the rows before the commit. All
    /// searches use primary keys, `callbacks_of_payment`, `callbacks_waiting`, `attention_open` or
    /// `decided_facts_of_payment`, so their cost depends on the group, not on the size of the
    /// database. The only exception is ``AttentionTable/openLoose()``.
    ///
    /// Callback IDs are reserved first; when the write fails, they leave a gap.
    func load(_ scope: LedgerScope) throws(StoreError) -> LedgerView {
        indexed.removeAll(keepingCapacity: true)
        var numbers = numbers
        if scope.newCallbacks > 0 {
            numbers.nextCallbackID = callbackIDs.reserve(scope.newCallbacks)
        }
        var view = LedgerView(numbers: numbers, knowledge: knowledge)
        view.reserveCapacity(for: scope)
        var wanted = try indexedPayments(scope.allReferences)
        for id in scope.callbackIDs {
            guard let callback = try tables.journal.callback(id) else { continue }
            view.insert(Shared(callback))
            // Its references may identify no payment now; then it stays with its payment.
            if let payment = callback.paymentID { wanted.insert(payment) }
        }
        wanted.formUnion(scope.paymentIDs)
        wanted.formUnion(try loadEntries(of: scope, into: &view))
        var ids = try loadPayments(wanted, of: scope, into: &view)
        if !ids.isEmpty { try loadBelongings(of: ids, into: &view) }
        if scope.judgesWaiting { try loadTargetsOfWaiting(&ids, of: scope, into: &view) }
        if scope.needsEntryCallbacks { try loadEntryCallbacks(into: &view) }
        try loadRedeliveries(of: scope, among: ids, into: &view)
        for delivery in scope.deliveries {
            guard let key = delivery.externalIDKey else { continue }
            let owner = try externalIDs.owner(of: key, in: tables.journal)
            if let owner { view.insert(owner, of: key) }
        }
        for delivery in scope.replays {
            guard let key = delivery.externalIDKey else { continue }
            let owner = try externalIDs.owner(ofReplayed: key, in: tables.journal)
            if let owner { view.insert(owner, of: key) }
        }
        try loadOwnersForCallbacks(into: &view)
        return view
    }

    /// Loads the owners of the X-EXTERNAL-IDs that loaded callbacks would claim if they were
    /// applied now.
    private func loadOwnersForCallbacks(into view: inout LedgerView) throws(StoreError) {
        for callback in view.callbacks.all where !callback.ownsExternalID {
            guard let key = callback.externalIDKey,
                let owner = try externalIDs.remembered(key, in: tables.journal)
            else { continue }
            view.insert(owner, of: key)
        }
    }

    /// Loads entries by ID and, if needed, those that belong to no payment, with the decisions
    /// about their causes.
    ///
    /// - Returns: the payments that the entries by ID are about.
    private func loadEntries(
        of scope: LedgerScope,
        into view: inout LedgerView
    ) throws(StoreError) -> [Int64] {
        var payments: [Int64] = []
        if scope.needsLooseEntries {
            for entry in try tables.attention.openLoose() { view.insert(entry) }
            let decisions = try tables.decidedFacts.looseFacts()
            for decision in decisions { view.insert(decision) }
            for entry in try tables.attention.entries(decisions.compactMap(\.entryID)) {
                view.insert(entry)
            }
        }
        if scope.entryIDs.isEmpty { return payments }
        for entry in try tables.attention.entries(scope.entryIDs) {
            view.insert(entry)
            if case .payment(let id) = entry.subject { payments.append(id) }
        }
        return payments
    }

    /// Loads payments, the payments that they were merged into, and those that share a reference
    /// with one of these; returns all IDs.
    ///
    /// The references of payments that are reached only by a shared reference are not followed
    /// further, so the loop ends. It also records in ``indexed`` which references the index
    /// contains for each payment.
    private func loadPayments(
        _ wanted: Set<Int64>,
        of scope: LedgerScope,
        into view: inout LedgerView
    ) throws(StoreError) -> Set<Int64> {
        var loaded: Set<Int64> = []
        var rest = wanted
        var near = wanted
        while !rest.isEmpty {
            loaded.formUnion(rest)
            var next: Set<Int64> = []
            var references: [Reference] = []
            for (payment, generation) in try tables.payments.payments(rest) {
                view.insert(Shared(payment))
                indexed[payment.id] = payment.references
                if let generation { view.insert(generation, of: payment.id) }
                guard near.contains(payment.id) else { continue }
                if let other = payment.mergedInto {
                    next.insert(other)
                    near.insert(other)
                }
                // An unconfirmed payment under its other reference may turn out to be the same
                // payment.
                references += payment.references
            }
            next.formUnion(try others(references, beside: scope))
            rest = next.subtracting(loaded)
        }
        return loaded
    }

    /// Candidates for references that the scope did not contain, so that none is searched twice.
    private func others(
        _ references: [Reference],
        beside scope: LedgerScope
    ) throws(StoreError) -> Set<Int64> {
        if references.isEmpty { return [] }
        return try indexedPayments(Array(Set(references).subtracting(scope.allReferences)))
    }

    /// Loads the payments that carry the references of waiting callbacks now, and adds their IDs to
    /// `ids`.
    private func loadTargetsOfWaiting(
        _ ids: inout Set<Int64>,
        of scope: LedgerScope,
        into view: inout LedgerView
    ) throws(StoreError) {
        let waiting = view.callbacks.all.filter(\.isWaiting)
        let references = waiting.flatMap(\.content.references)
        let found = try others(references, beside: scope).subtracting(ids)
        if found.isEmpty { return }
        let loaded = try loadPayments(found, of: scope, into: &view)
        try loadBelongings(of: loaded.subtracting(ids), into: &view)
        ids.formUnion(loaded)
    }

    /// Loads the waiting callbacks, inquiries, open entries and decisions of these payments: one
    /// statement for each kind of row.
    private func loadBelongings(
        of ids: Set<Int64>,
        into view: inout LedgerView
    ) throws(StoreError) {
        let ids = ids.sorted()
        for callback in try tables.journal.waiting(of: ids) { view.insert(Shared(callback)) }
        for inquiry in try tables.inquiries.inquiries(about: ids) { view.insert(inquiry) }
        let entries = try tables.attention.open(of: ids)
        for entry in entries { view.insert(entry) }
        let decisions = try tables.decidedFacts.facts(of: ids)
        for decision in decisions { view.insert(decision) }
        for entry in try tables.attention.entries(Set(decisions.compactMap(\.entryID))) {
            view.insert(entry)
        }
    }

    /// Loads the callbacks that the loaded entries name: at most ten for an entry.
    private func loadEntryCallbacks(into view: inout LedgerView) throws(StoreError) {
        let named = Set(view.entries.values.flatMap(\.events).compactMap(\.callbackID))
        for id in named.sorted() {
            if let callback = try tables.journal.callback(id) { view.insert(Shared(callback)) }
        }
    }

    /// Loads the stored callbacks with the signatures of the group's deliveries.
    ///
    /// Searches `callbacks_of_payment` once for each delivery and each payment that carries one of
    /// its references, and once among the callbacks of no payment when the delivery is unreadable.
    private func loadRedeliveries(
        of scope: LedgerScope,
        among ids: Set<Int64>,
        into view: inout LedgerView
    ) throws(StoreError) {
        if ids.isEmpty, !scope.needsLooseEntries { return }
        for delivery in scope.deliveries + scope.replays {
            let digest = delivery.signedDigest
            for id in ids {
                guard let payment = view.payments[id],
                    delivery.content.references.contains(where: { payment.carries($0) })
                else { continue }
                for callback in try tables.journal.callbacks(signed: digest, paymentID: id) {
                    view.insert(Shared(callback))
                }
            }
            if !scope.needsLooseEntries { continue }
            for callback in try tables.journal.callbacks(signed: digest, paymentID: nil) {
                view.insert(Shared(callback))
            }
        }
    }
}
