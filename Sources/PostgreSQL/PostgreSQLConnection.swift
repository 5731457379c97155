import Glibc
package import System

/// One connection to a PostgreSQL server, through libpq in pipeline mode: a group of statements is
/// one round trip.
///
/// Not thread-safe and therefore not `Sendable`: one actor or queue owns it. Its methods block the
/// calling thread, at most until a deadline.
///
/// After every error ``state`` tells what the connection can be used for. Where that is not known,
/// because the connection has broken or a deadline has passed, the connection is closed: another
/// one is opened, and finds out what was committed.
@safe package final class PostgreSQLConnection {
    package enum State: Equatable, Sendable {
        /// Open, outside of a transaction.
        case idle
        case inTransaction
        /// A statement of the transaction has failed: only ``rollBack(withinSeconds:)`` helps.
        case inFailedTransaction
        case closed
    }

    /// A warning or a notice of the server.
    package struct Notice: Equatable, Sendable {
        /// `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`.
        package let severity: String

        /// The SQLSTATE.
        package let code: String
        package let message: String
    }

    /// What another connection has sent with `NOTIFY` to a channel that this one listens to.
    package struct Notification: Equatable, Sendable {
        package let channel: String
        package let payload: String
    }

    let library: Libpq

    /// Nil when it is closed.
    private var handle: Libpq.Handle?

    /// The names of prepared statements, by their text.
    var statements: [String: String] = [:]

    /// How many statements were sent to be prepared; it makes their names.
    var preparationCount = 0

    private let notices = NoticeList()

    /// Opens a connection, with UTF-8 as its encoding.
    ///
    /// - Parameters:
    ///   - string: a connection string or URI of libpq (PostgreSQL documentation, section 34.1.1).
    ///   - settings: connection parameters that override those of the string, such as
    ///     `target_session_attrs`.
    ///   - seconds: how long one host may take, unless the string says it (`connect_timeout`).
    /// - Throws: an error of kind `library`, `string` or `connection`.
    package init(
        _ string: String,
        settings: [String: String] = [:],
        withinSeconds seconds: Int
    ) throws(PostgreSQLError) {
        try Self.check(string)
        library = try Libpq.installed.get()
        let defaults = [
            ("connect_timeout", "\(seconds)"), ("fallback_application_name", "cashin-receiver"),
        ]
        // Of a parameter that is given twice, libpq takes the last one.
        let parameters =
            defaults + [("dbname", string)] + settings.sorted { $0.key < $1.key }
            + [("client_encoding", "UTF8")]
        let connected = unsafe withCStrings(parameters.map(\.0)) { names in
            unsafe withCStrings(parameters.map(\.1)) { values in
                unsafe library.connect(names, values, 1)
            }
        }
        guard let connected = unsafe connected else {
            throw PostgreSQLError(.connection, "out of memory", context: Self.connecting)
        }
        guard unsafe library.status(connected) == Libpq.connectionIsGood else {
            let message = unsafe Self.message(of: connected, library)
            unsafe library.finish(connected)
            throw PostgreSQLError(.connection, message, context: Self.connecting)
        }
        unsafe handle = connected
        let list = unsafe Unmanaged.passUnretained(notices).toOpaque()
        _ = unsafe library.setNoticeReceiver(connected, NoticeList.receive, list)
        // Both fail only while a command is under way.
        _ = unsafe library.setNonBlocking(connected, 1)
        _ = unsafe library.enterPipelineMode(connected)
    }

    /// Checks that libpq is installed and can read a connection string.
    ///
    /// - Throws: an error of kind `library` or `string`.
    package static func check(_ string: String) throws(PostgreSQLError) {
        let library = try Libpq.installed.get()
        var message: UnsafeMutablePointer<CChar>? = nil
        if let options = unsafe library.parse(string, &message) {
            unsafe library.freeOptions(options)
            return
        }
        let text = unsafe message.map { unsafe String(cString: $0) } ?? "out of memory"
        if let message = unsafe message { unsafe library.freeMemory(message) }
        throw PostgreSQLError(
            .string,
            text.split(whereSeparator: \.isNewline).joined(separator: "; "),
            context: "read the connection string"
        )
    }

    private static let connecting = "connect to the database"

    deinit { close() }

    /// Closes the connection; the server rolls an open transaction back.
    package func close() {
        guard let open = unsafe handle else { return }
        unsafe library.finish(open)
        unsafe handle = nil
    }

    /// - Throws: an error of kind `connection` when it is closed.
    func opened(_ context: String) throws(PostgreSQLError) -> Libpq.Handle {
        guard let open = unsafe handle else {
            throw PostgreSQLError(.connection, "the connection is closed", context: context)
        }
        return unsafe open
    }

    /// Closes the connection after an error of libpq, and returns that error.
    func broken(_ context: String) -> PostgreSQLError {
        let message = unsafe handle.map { unsafe Self.message(of: $0, library) }
        close()
        return PostgreSQLError(.connection, message ?? "the connection is closed", context: context)
    }

    /// What libpq says of its last error.
    private static func message(of open: Libpq.Handle, _ library: Libpq) -> String {
        let text = unsafe library.errorMessage(open).map { unsafe String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline)
        return lines.isEmpty ? "libpq names no reason" : lines.joined(separator: "; ")
    }

    /// Waits until libpq can continue.
    func wait(
        for direction: Direction,
        untilNanoseconds deadline: UInt64,
        orUntil latch: Latch? = nil,
        _ context: String
    ) throws(PostgreSQLError) -> Waited {
        let socket = ForeignDescriptor(unsafe library.socket(try opened(context)))
        do throws(SystemError) {
            return try socket.wait(for: direction, untilNanoseconds: deadline, orUntil: latch)
        } catch {
            close()
            throw PostgreSQLError(.connection, error.description, context: context)
        }
    }

    package var state: State {
        guard let open = unsafe handle,
            unsafe library.status(open) == Libpq.connectionIsGood
        else { return .closed }
        // PQTRANS_IDLE, PQTRANS_ACTIVE, PQTRANS_INTRANS, PQTRANS_INERROR; active is one inside of a
        // pipeline, which is never left before its end.
        switch unsafe library.transactionStatus(open) {
        case 0: return .idle
        case 2: return .inTransaction
        case 3: return .inFailedTransaction
        default: return .closed
        }
    }

    /// The server's version, such as 150018 for 15.18; 0 when it is closed.
    package var serverVersion: Int {
        unsafe handle.map { unsafe Int(library.serverVersion($0)) } ?? 0
    }

    /// The ID of the server process of this connection, as the server has sent it when the
    /// connection was made; 0 when it is closed. A pooler sends another one.
    package var serverProcess: Int {
        unsafe handle.map { unsafe Int(library.serverProcess($0)) } ?? 0
    }

    /// The warnings and notices since the last call of this method, 100 at most.
    package func removeNotices() -> [Notice] { notices.removeAll() }
}

// MARK: - Statements

extension PostgreSQLConnection {
    /// Runs statements in one round trip.
    ///
    /// Outside of a transaction they are one transaction of their own, which is committed when this
    /// returns. After an error nothing of it is, unless the error says that this is unknown.
    ///
    /// - Parameter seconds: how long it may take.
    /// - Returns: one result for each statement.
    /// - Throws: the error of the first statement that failed; those after it were not run.
    @discardableResult
    package func run(
        _ queries: [Query],
        withinSeconds seconds: Double
    ) throws(PostgreSQLError) -> [PostgreSQLResult] {
        let commits = state == .idle
        do throws(PostgreSQLError) {
            return try pipeline(queries, withinSeconds: seconds)
        } catch {
            throw commits && error.kind != .statement ? error.withUnknownOutcome : error
        }
    }

    /// What a transaction sees and may do.
    package enum Mode: Sendable {
        /// Each statement sees what was committed before it.
        case writing
        /// All statements see one state of the database.
        case snapshot

        fileprivate var beginning: Query {
            switch self {
            case .writing: Query("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            case .snapshot: Query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            }
        }
    }

    /// Begins a transaction, and runs its first statements in the same round trip.
    package func begin(
        _ queries: [Query] = [],
        mode: Mode = .writing,
        withinSeconds seconds: Double
    ) throws(PostgreSQLError) -> [PostgreSQLResult] {
        let begin = mode.beginning
        return Array(try pipeline([begin] + queries, withinSeconds: seconds).dropFirst())
    }

    /// Runs the last statements of a transaction, commits it, and runs a statement after it, in one
    /// round trip.
    ///
    /// A commit that returns with a warning counts as failed. PostgreSQL reports so that the wait
    /// for the standby was cancelled: the transaction is committed, but may be on one disk only
    /// (<https://www.postgresql.org/docs/15/warm-standby.html#SYNCHRONOUS-REPLICATION-HA>).
    ///
    /// - Throws: besides the errors of statements, one of kind `unconfirmed`; the connection is
    ///   closed then. An error with an unknown outcome when the connection breaks.
    package func commit(
        _ queries: [Query] = [],
        then behind: Query? = nil,
        withinSeconds seconds: Double
    ) throws(PostgreSQLError) -> [PostgreSQLResult] {
        _ = notices.removeAll()
        var results: [PostgreSQLResult]
        do throws(PostgreSQLError) {
            let all = queries + [Query("COMMIT")] + [behind].compactMap(\.self)
            results = try pipeline(all, withinSeconds: seconds)
        } catch {
            throw error.kind == .statement ? error : error.withUnknownOutcome
        }
        let tag = results.remove(at: queries.count).tag
        // A transaction that has failed is answered with ROLLBACK.
        guard tag == "COMMIT" else {
            throw PostgreSQLError(.statement, "the transaction was rolled back", context: "COMMIT")
        }
        if let warning = notices.removeAll().first(where: { $0.severity == "WARNING" }) {
            close()
            throw PostgreSQLError(
                .unconfirmed,
                state: warning.code,
                warning.message,
                context: "COMMIT",
                isOutcomeUnknown: true
            )
        }
        return results
    }

    /// Rolls a transaction back; does nothing without one.
    package func rollBack(withinSeconds seconds: Double) throws(PostgreSQLError) {
        guard [.inTransaction, .inFailedTransaction].contains(state) else { return }
        _ = try pipeline([Query("ROLLBACK")], withinSeconds: seconds)
    }

    /// Waits for notifications.
    ///
    /// - Parameters:
    ///   - deadline: on the monotonic clock, in nanoseconds.
    ///   - latch: ends the wait.
    /// - Returns: those that have come; none when the deadline has passed or the latch is open.
    package func notifications(
        untilNanoseconds deadline: UInt64,
        orUntil latch: Latch? = nil
    ) throws(PostgreSQLError) -> [Notification] {
        let context = "wait for notifications"
        let open = unsafe try opened(context)
        while true {
            guard unsafe library.consumeInput(open) == 1 else { throw broken(context) }
            let received = unsafe receivedNotifications(open)
            if !received.isEmpty { return received }
            let waited = try wait(
                for: .receiving,
                untilNanoseconds: deadline,
                orUntil: latch,
                context
            )
            guard waited == .ready else { return [] }
        }
    }

    private func receivedNotifications(_ open: Libpq.Handle) -> [Notification] {
        var received: [Notification] = []
        while let notification = unsafe library.notification(open) {
            // struct { char *relname; int be_pid; char *extra; … }
            let channel = unsafe notification.load(as: Libpq.Text.self)
            let payload = unsafe notification.load(fromByteOffset: 16, as: Libpq.Text.self)
            received.append(
                Notification(
                    channel: unsafe String(cString: channel),
                    payload: unsafe String(cString: payload)
                )
            )
            unsafe library.freeMemory(notification)
        }
        return received
    }
}
