package import Ledger
import Payments
import PostgreSQL
import SQLReaders
import SQLTables
import SQLiteFiles
package import Store
import System

/// A database in PostgreSQL, from which a ``Store`` is created.
///
/// Rejected requests are in a file beside each receiver, as with SQLite.
struct PostgreSQLStorage: Storage {
    let isNew: Bool
    let migratedVersion: Int64?
    let isShared = true
    let libraryVersion: String
    let feed: String
    let head: Int64

    private let address: PostgreSQLAddress
    private let refusals: RejectedRequestStore
    private let follower: CommitFollower

    /// What this process knows of claims; outlasts the engines.
    private let knownClaims = KnownClaims()

    var rejectedRequests: any RejectedRequests { refusals }

    /// Opens a database, and creates its tables as needed.
    init(
        _ address: PostgreSQLAddress,
        isCreated: Bool,
        rejectedPath: String,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(StoreError) {
        self.address = address
        let connection = try address.connectForWriting()
        let content = try PostgreSQLSchema.prepare(connection, isCreated: isCreated)
        (isNew, feed) = (content.isNew, content.feed)
        migratedVersion = content.isMigrated ? content.foundVersion : nil
        let database = PostgreSQLDatabase(connection, withinSeconds: address.seconds)
        libraryVersion = database.version
        head = try database.head()
        follower = try CommitFollower(address)
        refusals = RejectedRequestStore(
            file: SideFile(
                path: rejectedPath,
                owner: FileOwnership.ofNewFile(beside: rejectedPath),
                onTrouble: hooks.sideFileTrouble
            ),
            requestsMax: rejectedKept,
            callbackIDs: LedgerCallbackIDs(address: address)
        )
    }

    func makeReader(onStuckLock: @escaping @Sendable () -> Void) -> any StorageReader {
        DatabaseReader(
            ReaderSource(
                open: { [address, refusals] () throws(StoreError) in
                    let main = try address.openDatabase()
                    return ReaderDatabase(
                        main: main,
                        payments: ReferenceSearch(main),
                        refused: refusals.makeReader()
                    )
                },
                failed: { $0.kind == .disconnected ? .repetition : .reopening },
                writeRefused: { [refusals] in await refusals.flush() }
            )
        )
    }

    func makeEngine(
        nowMilliseconds: Int64,
        closeReaders: @escaping @Sendable () -> Void
    ) throws(StoreError) -> sending any StorageEngine {
        let connection = try address.connectForWriting()
        try PostgreSQLSchema.use(connection)
        let database = PostgreSQLDatabase(connection, withinSeconds: address.seconds)
        guard try MetaTable(database).feed() == feed else {
            throw StoreError(
                .unusable,
                "not the database that was open at startup",
                context: "connect to the database"
            )
        }
        return try PostgreSQLEngine(
            database,
            isSingleCopy: address.isSingleCopy,
            knownClaims: knownClaims,
            notification: follower.notification
        )
    }

    func follow(_ onCommit: @escaping @Sendable (ForeignCommits) -> Void) {
        follower.start(onCommit)
    }

    func release() { follower.stop() }
}

/// Where the database is, and how connections to it are made.
package struct PostgreSQLAddress: Sendable {
    /// A connection string or URI of libpq.
    private let string: String

    /// Whether a commit may be on one disk only.
    let isSingleCopy: Bool

    /// How long one round trip may take.
    let seconds: Double

    package init(_ string: String, isSingleCopy: Bool, withinSeconds seconds: Double = 20) {
        self.string = string
        self.isSingleCopy = isSingleCopy
        self.seconds = seconds
    }

    /// Why no connection can be made from a string on this machine, as far as this is known without
    /// trying; nil if there is no reason.
    package static func problem(with string: String) -> String? {
        do throws(PostgreSQLError) {
            try PostgreSQLConnection.check(string)
            return nil
        } catch {
            return error.message
        }
    }

    /// Gives the database a new feed id, so that consumers notice that their offsets belong to
    /// another feed.
    ///
    /// - Returns: the old and the new feed id.
    /// - Throws: an error of kind `locked` while a receiver uses the database, of kind `unusable`
    ///   when it has no tables of this program.
    package func renewFeed() throws(StoreError) -> (old: String, new: String) {
        try PostgreSQLSchema.renewFeed(try connectForWriting())
    }

    /// Opens a connection that writes, to a server whose settings keep what is promised.
    ///
    /// - Throws: an error of kind `unusable` when they do not; of kind `failed` when a cluster
    ///   manager may change that.
    func connectForWriting() throws(StoreError) -> PostgreSQLConnection {
        let connection = try connect()
        let settings = try ServerSettings(of: connection, withinSeconds: seconds)
        if let problem = settings.problem(isSingleCopy: isSingleCopy) {
            throw StoreError(
                settings.isPassing ? .failed : .unusable,
                problem,
                context: "connect to the database"
            )
        }
        return connection
    }

    /// Opens a connection, as tables and readers use it.
    package func openDatabase() throws(StoreError) -> PostgreSQLDatabase {
        PostgreSQLDatabase(try connect(), withinSeconds: seconds)
    }

    /// Opens a connection to the primary.
    ///
    /// The settings end what holds the row of `ledger` for too long: a receiver that has stopped,
    /// or a network that has broken. While the server has a part of a pipeline only, none of its
    /// timeouts runs: it must notice itself that the other side is gone. Without `jit=off`, the
    /// server compiles a statement whose cost it overestimates, as long as it has no statistics of
    /// the tables: 50 ms for each group.
    func connect() throws(StoreError) -> PostgreSQLConnection {
        try StoreError.mapped { () throws(PostgreSQLError) in
            try PostgreSQLConnection(
                string,
                settings: [
                    "target_session_attrs": "read-write",
                    "keepalives_idle": "5",
                    "keepalives_interval": "2",
                    "keepalives_count": "3",
                    "tcp_user_timeout": "10000",
                    "options": """
                    -c search_path=cashin_receiver -c synchronous_commit=on \
                    -c lock_timeout=10s -c statement_timeout=15s \
                    -c idle_in_transaction_session_timeout=10s \
                    -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 \
                    -c tcp_keepalives_count=3 -c tcp_user_timeout=10s -c jit=off
                    """,
                ],
                withinSeconds: 5
            )
        }
    }
}

/// Reserves callback IDs for the rejected-request store, in a transaction of its own.
///
/// A connection for each time: rejected requests are few, and are written together.
private struct LedgerCallbackIDs: CallbackIDSource {
    let address: PostgreSQLAddress

    func next() -> Int64? { nil }

    func reserve(_ count: Int) throws(StoreError) -> Int64 {
        let database = try address.openDatabase()
        let query = Query(
            "UPDATE ledger SET next_callback = next_callback + $1 RETURNING next_callback - $1",
            .integer(Int64(count))
        )
        return try database.results([query]).first?.rows.first?.integer(0) ?? 0
    }
}

/// Finds payments by `payment_references`.
private final class ReferenceSearch: PaymentSearch {
    private let database: PostgreSQLDatabase

    init(_ database: PostgreSQLDatabase) { self.database = database }

    func payments(_ references: [Reference]) throws(StoreError) -> Set<Int64> {
        let query = Query(
            "SELECT payment_id FROM payment_references WHERE reference = ANY ($1)",
            .byteArrays(references.map { Array($0.text.utf8) })
        )
        return Set(try database.results([query]).first?.rows.map { $0.integer(0) } ?? [])
    }
}

extension Store {
    /// Opens a database in PostgreSQL, and creates its tables as needed.
    ///
    /// - Parameters:
    ///   - isCreated: whether tables that are missing are created.
    ///   - rejectedPath: the file of the rejected requests of this receiver.
    ///   - rejectedKept: the maximum of stored plausible rejected requests; a tenth of it applies
    ///     to all others.
    ///   - render: the form in which ``feed(_:limit:)`` returns transitions.
    ///   - jitter: spreads the queries of payments that were generated at the same time.
    ///   - now: the present, in milliseconds since the epoch.
    package convenience init(
        postgreSQL address: PostgreSQLAddress,
        isCreated: Bool = true,
        rejectedPath: String,
        policy: LedgerPolicy,
        rejectedKept: Int,
        hooks: Hooks = Hooks(),
        render: @escaping TransitionRendering,
        jitter: Jitter = Jitter(seed: .random(in: 0...UInt64.max)),
        now: @escaping @Sendable () -> Int64
    ) throws(StoreError) {
        self.init(
            storage: try PostgreSQLStorage(
                address,
                isCreated: isCreated,
                rejectedPath: rejectedPath,
                rejectedKept: rejectedKept,
                hooks: hooks
            ),
            policy: policy,
            hooks: hooks,
            render: render,
            jitter: jitter,
            now: now
        )
    }
}
