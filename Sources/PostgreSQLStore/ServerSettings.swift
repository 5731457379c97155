import PostgreSQL
import Store

/// The settings of a server that the promises of the store depend on.
///
/// Read whenever a connection that writes is opened: after a failover it leads to another server.
struct ServerSettings: Equatable {
    /// Such as 150018 for 15.18.
    var version = 150_000
    var fsync = "on"
    var fullPageWrites = "on"
    var synchronousCommit = "on"
    var synchronousStandbyNames = ""
    var isolation = "read committed"

    /// Whether a pooler is in between, which may give each transaction to another server process:
    /// prepared statements, `LISTEN` and settings of the connection belong to one.
    var isPooled = false

    /// Reads the settings as a transaction that writes has them.
    init(of connection: PostgreSQLConnection, withinSeconds seconds: Double) throws(StoreError) {
        let query = Query(
            """
            SELECT current_setting('fsync'), current_setting('full_page_writes'),
                current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
                current_setting('transaction_isolation'), pg_backend_pid()
            """
        )
        try StoreError.mapped { () throws(PostgreSQLError) in
            let row = try connection.begin([query], withinSeconds: seconds)[0].rows.first
            version = connection.serverVersion
            fsync = row?.text(0) ?? ""
            fullPageWrites = row?.text(1) ?? ""
            synchronousCommit = row?.text(2) ?? ""
            synchronousStandbyNames = row?.text(3) ?? ""
            isolation = row?.text(4) ?? ""
            isPooled = row?.integer(5) != Int64(connection.serverProcess)
            try connection.rollBack(withinSeconds: seconds)
        }
    }

    init() {}

    /// Why nothing could be promised with these settings; nil if it can.
    ///
    /// - Parameter isSingleCopy: whether the operator wants one copy only.
    func problem(isSingleCopy: Bool) -> String? {
        if version < 150_000 { return "PostgreSQL \(version / 10_000) is too old; expected 15" }
        if isPooled { return "a pooler is in between; expected a connection to the server itself" }
        let expected = [("fsync", fsync), ("full_page_writes", fullPageWrites)]
        for (name, value) in expected where value != "on" {
            return "\(name) is \(value); expected on: a crash of the machine would lose commits"
        }
        guard ["on", "remote_apply"].contains(synchronousCommit) else {
            return "synchronous_commit is \(synchronousCommit); expected on or remote_apply"
        }
        guard isolation == "read committed" else {
            return "transaction_isolation is \(isolation); expected read committed"
        }
        return Self.problem(standbyNames: synchronousStandbyNames, isSingleCopy: isSingleCopy)
    }

    /// Whether a cluster manager changes what is wrong: Patroni sets `*` until it has a standby.
    var isPassing: Bool {
        problem(isSingleCopy: true) == nil && !synchronousStandbyNames.isEmpty
    }

    /// Why commits would be on one disk only; nil if they are not, or if that is wanted.
    ///
    /// - Parameter standbyNames: the value of `synchronous_standby_names`.
    static func problem(standbyNames: String, isSingleCopy: Bool) -> String? {
        if isSingleCopy { return nil }
        if standbyNames.isEmpty {
            return "synchronous_standby_names is empty, so that a commit is on one disk only; "
                + "name a standby, or set storage.singleCopy"
        }
        // A base backup that streams the WAL counts as a standby before its copy exists.
        guard standbyNames.contains("*") else { return nil }
        return "synchronous_standby_names is \(standbyNames), which a base backup under way "
            + "satisfies; name a standby"
    }
}
