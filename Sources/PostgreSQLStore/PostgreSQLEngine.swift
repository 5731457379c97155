import Ledger
import Payments
import PostgreSQL
import SQLTables
import Store

/// The writing side of a PostgreSQL database: stores what the ledger decides (see
/// <doc:EngineProtocol> of the module `Ledger`).
///
/// A write holds the row of `ledger` from its start to its commit, so that the writes of several
/// receivers come one after the other, and numbers are dense. It takes three round trips: one that
/// takes the row, one that loads the view of the group, one that stores the changes and commits.
///
/// In memory is only what the present write has read. It belongs to the writer's queue.
final class PostgreSQLEngine {
    let database: PostgreSQLDatabase
    let tables: LedgerTables
    private let references: any SQLStatement
    private let notification: Query
    private let isSingleCopy: Bool
    private let knownClaims: KnownClaims

    /// What the present write has read of `ledger`, or the last one has left there.
    private(set) var numbers = LedgerNumbers()

    /// Whether the present write has stored a change.
    private var hasChanged = false

    /// What the present write has read of `meta`.
    private(set) var knowledge = GatewayKnowledge()

    /// - Parameters:
    ///   - isSingleCopy: whether a commit may be on one disk only.
    ///   - knownClaims: what this process knows of claims.
    ///   - notification: sent by each commit with changes.
    init(
        _ database: PostgreSQLDatabase,
        isSingleCopy: Bool,
        knownClaims: KnownClaims,
        notification: Query
    ) throws(StoreError) {
        _ = try database.results(Self.planning)
        self.database = database
        self.isSingleCopy = isSingleCopy
        self.knownClaims = knownClaims
        self.notification = notification
        tables = try LedgerTables(database)
        references = try database.prepare(
            "INSERT INTO payment_references VALUES (?, ?) ON CONFLICT DO NOTHING"
        )
        // The head, before the first write; the store compares it with what it serves.
        numbers.head = try database.head()
    }

    /// Each statement of the engine looks rows up by their keys. So it is planned once, as nested
    /// loops over indexes. Left to itself, the server plans it for each group (two fifths of its
    /// time for a group of one), and reads whole tables until it has statistics of them.
    private static let planning = [
        Query("SET plan_cache_mode = force_generic_plan"), Query("SET enable_seqscan = off"),
        Query("SET enable_hashjoin = off"), Query("SET enable_mergejoin = off"),
    ]
}

extension PostgreSQLEngine: TableEngine {
    /// The newest sequence number, as of the last applied change.
    var head: Int64 { numbers.head }

    /// Runs `body` in a transaction that holds the row of `ledger`.
    ///
    /// The row is written in each: a commit that writes nothing would not wait for the standby, and
    /// a redelivery must not be acknowledged before the commit that it was found in is on both.
    func write<Result>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        do throws(StoreError) {
            hasChanged = false
            try read(database.begin([Self.lock, Self.values]))
            let result = try body()
            if hasChanged { try database.run(notification) }
            let after = try database.commit(update(), then: Self.standbyNames)
            try checkStandbys(after?.rows.first?.text(0))
            return result
        } catch {
            database.rollBack()
            throw error
        }
    }

    /// See ``load(_:)``.
    func view(of scope: LedgerScope) throws(StoreError) -> LedgerView { try load(scope) }

    /// Stores the changes in order, and the new numbers.
    func apply(_ changes: [Change], _ view: LedgerView) throws(StoreError) {
        for change in changes { try store(change) }
        hasChanged = hasChanged || !changes.isEmpty
        precondition(view.numbers.head >= numbers.head, "numbers are given out ascending")
        numbers = view.numbers
    }

    func didCommit() {}

    var needsReopening: Bool { database.isClosed }

    var mustStayOpen: Bool { false }
}

// MARK: - The row of `ledger`

extension PostgreSQLEngine {
    private static let lock = Query(
        """
        SELECT head, next_payment, next_callback, next_entry, callbacks_id, callbacks_at,
            payments_id, payments_at, transitions_id, transitions_at, calls_id, calls_at
        FROM ledger FOR UPDATE
        """
    )

    private static let values = Query(
        """
        SELECT (SELECT value FROM meta WHERE key = 'proven_order'),
            (SELECT value FROM meta WHERE key = 'gateway_known_at'),
            current_setting('synchronous_standby_names')
        """
    )

    /// The columns of the ends of lists, in pairs.
    private static let ends: [(list: TimeList, column: Int32)] = [
        (.callbacks, 4), (.payments, 6), (.transitions, 8), (.gatewayCalls, 10),
    ]

    private func read(_ results: [PostgreSQLResult]) throws(StoreError) {
        guard let row = results[0].rows.first else {
            throw StoreError(.unusable, "the table ledger is empty", context: "begin")
        }
        numbers = LedgerNumbers(
            head: row.integer(0),
            nextPaymentID: row.integer(1),
            nextCallbackID: row.integer(2),
            nextEntryID: row.integer(3)
        )
        for (list, column) in Self.ends {
            tables.clockSteps[list] = row.optionalInteger(column).map {
                ListEnd(id: $0, milliseconds: row.integer(column + 1))
            }
        }
        let values = results[1].rows.first
        knowledge = GatewayKnowledge(
            provenOrder: values?.optionalText(0),
            knownAt: values?.optionalText(1)
        )
        try checkStandbys(values?.text(2))
    }

    private static let standbyNames = Query("SELECT current_setting('synchronous_standby_names')")

    /// Checks that the server waits for a standby.
    ///
    /// It may cease to while it runs: a cluster manager empties the setting when the standby is
    /// gone. Then a commit that waits is over as well, without a warning.
    private func checkStandbys(_ names: String?) throws(StoreError) {
        let names = names ?? ""
        if let problem = ServerSettings.problem(standbyNames: names, isSingleCopy: isSingleCopy) {
            throw StoreError(.failed, problem, context: "COMMIT")
        }
    }

    private func update() -> Query {
        var values: [Int64?] = [
            numbers.head, numbers.nextPaymentID, numbers.nextCallbackID, numbers.nextEntryID,
        ]
        for (list, _) in Self.ends {
            values += [tables.clockSteps[list]?.id, tables.clockSteps[list]?.milliseconds]
        }
        return Query(
            fixed: """
                UPDATE ledger SET head = $1, next_payment = $2, next_callback = $3, next_entry = $4,
                    callbacks_id = $5, callbacks_at = $6, payments_id = $7, payments_at = $8,
                    transitions_id = $9, transitions_at = $10, calls_id = $11, calls_at = $12
                """,
            parameters: values.map { .integer($0) }
        )
    }
}

// MARK: - Storing

extension PostgreSQLEngine {
    private func store(_ change: Change) throws(StoreError) {
        try tables.apply(change)
        switch change {
        case .appendCallback(let callback, _), .updateCallback(let callback):
            try add(callback.row.content.references, of: callback.row.paymentID)
        case .createPayment(let payment), .updatePayment(let payment):
            try add(payment.row.references, of: payment.row.id)
        default: break
        }
    }

    private func add(_ references: [Reference], of id: Payment.ID?) throws(StoreError) {
        guard let id else { return }
        for reference in references {
            try self.references.run {
                $0.text(reference.text)
                $0.integer(id)
            }
        }
    }
}

// MARK: - Claims

extension PostgreSQLEngine {
    func claim(
        _ work: [SharedWork],
        forSeconds seconds: Int,
        renewsOwn: Bool
    ) throws(StoreError) -> [SharedWork: Int64] {
        try ClaimTable(database).claim(
            work,
            forSeconds: seconds,
            renewsOwn: renewsOwn,
            knownClaims
        )
    }

    func renew(_ claim: WorkClaim) throws(StoreError) -> Bool {
        try ClaimTable(database).renew(claim)
    }

    func release(_ claim: WorkClaim) throws(StoreError) -> Bool {
        try ClaimTable(database).release(claim)
    }
}
