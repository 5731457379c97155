import Ledger
import Payments
import PostgreSQL
import SQLTables
import Store

extension PostgreSQLEngine {
    /// Loads the view of a group of events in one round trip; <doc:EngineProtocol> of the module
    /// `Ledger` says what it must contain. Additional rows do no harm.
    ///
    /// The first statement stores the IDs of all payments of the group in a variable of the
    /// transaction, which those after it read.
    func load(_ scope: LedgerScope) throws(StoreError) -> LedgerView {
        var view = LedgerView(numbers: numbers, knowledge: knowledge)
        if scope.isEmpty { return view }
        view.reserveCapacity(for: scope)
        let deliveries = scope.deliveries + scope.replays
        let entries: [Parameter] = [.integers(scope.entryIDs), .boolean(scope.needsLooseEntries)]
        let callbacks =
            entries + [
                .boolean(scope.needsEntryCallbacks), .integers(scope.callbackIDs),
                .byteArrays(deliveries.map { $0.signedDigest.bytes }),
            ]
        let externalIDs = deliveries.map { $0.externalIDKey.map { Array($0.externalID.utf8) } }
        let results = Array(
            try database.results([
                Self.scopeQuery(scope), Self.payments, Self.inquiries,
                Query(fixed: Self.entries, parameters: entries),
                Query(fixed: Self.events, parameters: entries),
                Query(fixed: Self.decisions, parameters: [entries[1]]),
                Query(fixed: Self.callbacks, parameters: callbacks),
                Query(fixed: Self.owners, parameters: callbacks + [.byteArrays(externalIDs)]),
            ])
        )
        fill(&view, results)
        return view
    }

    private func fill(_ view: inout LedgerView, _ results: [PostgreSQLResult]) {
        for row in results[1].rows {
            guard let (payment, generation) = PaymentTable.read(row) else { continue }
            view.insert(Shared(payment))
            if let generation { view.insert(generation, of: payment.id) }
        }
        for row in results[2].rows {
            if let inquiry = InquiryTable.read(row) { view.insert(inquiry) }
        }
        let events = Dictionary(
            grouping: results[4].rows.map { ($0.integer(0), AttentionTable.event($0)) }
        ) { $0.0 }
        for row in results[3].rows {
            guard var entry = AttentionTable.read(row) else { continue }
            entry.events = events[entry.id]?.map(\.1) ?? []
            view.insert(entry)
        }
        for row in results[5].rows {
            if let fact = DecidedFactTable.read(row) { view.insert(fact) }
        }
        for row in results[6].rows {
            if let callback = JournalTable.read(row) { view.insert(Shared(callback)) }
        }
        // The first callback of a day comes first.
        var owned: Set<ExternalIDKey> = []
        for row in results[7].rows {
            guard let callback = JournalTable.read(row), let key = callback.externalIDKey,
                owned.insert(key).inserted
            else { continue }
            let owner = ExternalIDOwner(callbackID: callback.id, fact: callback.content.fact)
            view.insert(owner, of: key)
        }
    }

    // MARK: Statements

    private static func scopeQuery(_ scope: LedgerScope) -> Query {
        Query(
            """
            SELECT set_config('cashin_receiver.scope', coalesce(array_agg(id), '{}')::text, true)
            FROM payments_in_scope($1, $2, $3, $4) AS payments (id)
            """,
            .byteArrays(scope.allReferences.map { Array($0.text.utf8) }),
            .integers(scope.paymentIDs),
            .integers(scope.callbackIDs),
            .integers(scope.entryIDs)
        )
    }

    /// The payments of the group, as an array.
    private static let scope = "(current_setting('cashin_receiver.scope')::bigint[])"

    private static let payments = Query(
        fixed: "\(PaymentTable.selection) WHERE payments.id = ANY (\(scope))",
        parameters: []
    )

    private static let inquiries = Query(
        fixed: "SELECT \(InquiryTable.columns) FROM inquiries WHERE payment_id = ANY (\(scope))",
        parameters: []
    )

    /// The entries that a group needs: open ones of its payments, those named (`$1`), those in
    /// which a decision was made, and with `$2` those of no payment.
    private static let entryIDs = """
        SELECT id FROM attention WHERE payment_id = ANY (\(scope)) AND resolved_at IS NULL
        UNION SELECT unnest($1::bigint[])
        UNION SELECT entry_id FROM decided_facts WHERE payment_id = ANY (\(scope))
        UNION SELECT id FROM attention
            WHERE $2::boolean AND payment_id IS NULL AND resolved_at IS NULL
        UNION SELECT entry_id FROM decided_facts WHERE $2::boolean AND payment_id IS NULL
        """

    private static let entries = """
        SELECT \(AttentionTable.columns) FROM attention WHERE id \(isOf(entryIDs)) ORDER BY id
        """

    private static let events = """
        \(AttentionTable.eventSelection) WHERE entry_id \(isOf(entryIDs)) ORDER BY entry_id, number
        """

    private static let decisions = """
        \(DecidedFactTable.selection)
        WHERE payment_id = ANY (\(scope)) OR ($1::boolean AND payment_id IS NULL) ORDER BY id
        """

    /// Callbacks that are named by an entry, with `$3`; that are named (`$4`); that have a
    /// signature of the group (`$5`); or that wait.
    private static let callbackIDs = """
        SELECT callback_id FROM attention_events
            WHERE $3::boolean AND entry_id \(isOf(entryIDs))
        UNION SELECT unnest($4::bigint[])
        UNION SELECT id FROM callbacks WHERE signed_digest = ANY ($5::bytea[])
        UNION SELECT id FROM callbacks WHERE is_waiting = 1 AND payment_id = ANY (\(scope))
        """

    private static let callbacks = """
        \(JournalTable.selection) WHERE id \(isOf(callbackIDs)) ORDER BY id
        """

    /// The owners of the X-EXTERNAL-IDs of the group (`$6`) and of these callbacks, on any day.
    private static let owners = """
        \(JournalTable.selection) WHERE owns_external_id = 1 AND external_id \(isOf(externalIDs))
        ORDER BY id
        """

    private static let externalIDs = """
        SELECT unnest($6::bytea[])
        UNION SELECT external_id FROM callbacks WHERE id \(isOf(callbackIDs))
        """

    /// Whether a column has one of the values of a query: an array that is computed first, so that
    /// the column's index is used. `IN` is a join, whose order the server may reverse.
    private static func isOf(_ query: String) -> String { "= ANY (ARRAY(\(query)))" }
}

extension LedgerScope {
    /// Whether nothing is needed.
    fileprivate var isEmpty: Bool {
        newCallbacks == 0 && references.isEmpty && paymentIDs.isEmpty && callbackIDs.isEmpty
            && entryIDs.isEmpty && !needsLooseEntries
    }
}
