import Crypto
import Foundation
import PostgreSQL
import SQLite
import Support
import Testing

/// A directory of one test: configuration, keys, tokens and database. Deleted with the test.
final class Workspace: Sendable {
    static let clientID = "CID1234567890"
    static let merchantID = "MCH1234567890"
    static let publicURL = "https://pay.example.id/v1.0/debit/notify"

    /// Ends with a slash. Short: the path of a Unix socket has 107 bytes at most.
    let directory: String
    let keys: TestKeys

    /// The names of the tokens, with the scopes that each has.
    static let scopes: [(name: String, scopes: [String])] = [
        ("orders", ["feed", "generate"]), ("auditor", ["journal"]), ("ops", ["admin"]),
    ]

    /// The secret of each token.
    let tokens: [String: String]

    /// The address of its database in PostgreSQL; nil with a file (see `TestDatabase`).
    private let server: String?

    /// The server of its own, which is stopped with the test.
    private let cluster: PostgreSQLCluster?
    private let isSingleCopy: Bool

    /// - Parameters:
    ///   - confirms: `notify.confirmWithQuery`, for a daemon that can call the gateway;
    ///   nil for one that only receives.
    ///   - cluster: where the database is.
    ///   - address: where the database is, if that is not the cluster's own address.
    ///   - isSingleCopy: `storage.singleCopy`, for a database in PostgreSQL.
    init(
        confirms: String? = nil,
        on cluster: PostgreSQLCluster? = nil,
        at address: String? = nil,
        isSingleCopy: Bool = true
    ) throws {
        keys = try TestKeys.shared()
        directory = FileManager.default.temporaryDirectory.path + "/cr-\(Unique.text("e2e"))/"
        var tokens: [String: String] = [:]
        for (name, _) in Self.scopes {
            tokens[name] = "secret-\(Unique.text("a"))-\(Unique.text("b"))"
        }
        self.tokens = tokens
        server =
            try address ?? cluster?.address
            ?? (TestDatabase.isPostgreSQL ? TestDatabase.make() : nil)
        (self.cluster, self.isSingleCopy) = (cluster, isSingleCopy)
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        for (name, secret) in tokens { try write(secret + "\n", to: "\(name).token", mode: 0o600) }
        try write(keys.gateway.publicKey.pem(), to: "cashin-public.pem")
        try write(Self.configuration, to: "config.json5")
        if let confirms { try addGateway(confirms) }
    }

    /// Lets the daemon call the gateway, whose keys go to a directory of their own.
    private func addGateway(_ confirms: String) throws {
        try write(keys.other.pem(), to: "merchant-private.pem", mode: 0o600)
        try FileManager.default.createDirectory(
            atPath: directory + "gateway",
            withIntermediateDirectories: true
        )
        try write(keys.gateway.pem(), to: "gateway/gateway-private.pem", mode: 0o600)
        try write(keys.other.publicKey.pem(), to: "gateway/merchant-public.pem")
        try write(outboundConfiguration(confirms: confirms), to: "config.json5")
    }

    /// The configuration of a daemon that can call the gateway.
    func outboundConfiguration(confirms: String) -> String {
        Self.configuration
            .replacingOccurrences(
                of: "confirmWithQuery: \"never\"",
                with: "confirmWithQuery: \"\(confirms)\""
            )
            .replacingOccurrences(
                of: "publicKeyFiles: [\"cashin-public.pem\"]",
                with: "publicKeyFiles: [\"cashin-public.pem\"], "
                    + "merchantId: \"\(Self.merchantID)\", "
                    + "privateKeyFile: \"merchant-private.pem\""
            )
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var configurationFile: String { directory + "config.json5" }
    var database: String { directory + "receiver.db" }

    /// The configuration of most tests. It only receives, so nothing waits for a query.
    static let configuration = """
        // Written by a test.
        {
          notify: { listen: "127.0.0.1:0", publicURL: "\(publicURL)", confirmWithQuery: "never" },
          internal: {
            listen: "127.0.0.1:0",
            tokens: [
        \(scopes.map { name, scopes in
            "      { name: \"\(name)\", file: \"\(name).token\", scopes: \(scopes) },"
        }.joined(separator: "\n"))
            ],
          },
          cashIn: { clientId: "\(clientID)", publicKeyFiles: ["cashin-public.pem"] },
          storage: { \(storage) },
        }

        """

    /// What names the database in ``configuration``.
    private static let storage = "database: \"receiver.db\""

    /// Writes a file of the workspace; a configuration names the database that is tested.
    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        var text = text
        if let server {
            let storage = "database: \"\(server)\", singleCopy: \(isSingleCopy)"
            text = text.replacingOccurrences(of: Self.storage, with: storage)
        }
        let isWritten = FileManager.default.createFile(
            atPath: directory + name,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: mode]
        )
        guard isWritten else { throw CocoaError(.fileWriteUnknown) }
    }

    /// A request for the internal API with the secret of the named token.
    func internalRequest(
        _ method: String,
        _ target: String,
        as token: String? = "ops"
    ) -> WireRequest {
        var request = WireRequest(method: method, target: target)
        if let secret = token.flatMap({ tokens[$0] }) {
            request.add("Authorization", "Bearer \(secret)")
        }
        return request
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: directory + name)
    }

    /// Runs SQL on the database, as the receiver does it; returns what the last statement selects,
    /// a line for each row.
    @discardableResult
    func runSQL(_ sql: String, columnCount: Int32 = 1) throws -> [String] {
        if let server { return try Self.runSQL(sql, on: server, columnCount) }
        let connection = try Connection(path: database, mode: .readWrite)
        guard ["SELECT", "PRAGMA"].contains(where: sql.hasPrefix), !sql.contains("=") else {
            try connection.execute(sql)
            return []
        }
        return try connection.prepare(sql).all { row in
            (0..<columnCount).map { row.text($0) }.joined(separator: "|")
        }
    }

    private static func runSQL(
        _ sql: String,
        on server: String,
        _ columnCount: Int32
    ) throws -> [String] {
        let path = "options=-csearch_path%3Dcashin_receiver"
        let connection = try PostgreSQLConnection("\(server)&\(path)", withinSeconds: 10)
        // No statement here has a semicolon elsewhere.
        let queries = sql.split(separator: ";", omittingEmptySubsequences: true).map {
            Query(fixed: String($0), parameters: [])
        }
        let rows = try connection.run(queries, withinSeconds: 60).last?.rows.map { row in
            (0..<columnCount).map { row.text($0) }.joined(separator: "|")
        }
        return rows ?? []
    }

    /// Makes the database by the statements of a fixture, with the `sqlite3` command: as programs
    /// made it whose pages had no checksums.
    func makeDatabase(of fixture: String) throws {
        let sql = try Fixture.text(fixture)
        let result = try ChildProcess.run("/usr/bin/env", ["sqlite3", database, sql])
        #expect(result.end == .exited(0), "\(result.errors)")
    }
}

/// Texts that no other test uses.
enum Unique {
    static func text(_ prefix: String) -> String {
        "\(prefix)-" + String(UInt64.random(in: 0x1000_0000_0000...0xFFFF_FFFF_FFFF), radix: 16)
    }
}
