import Support
import Testing

@testable import PostgreSQL

/// The library is loaded at run time, and what is missing is named.
@Suite struct LibpqTests {
    @Test(arguments: [
        ("libpq.so.none", "libpq.so.none is not installed (package libpq5)"),
        ("libsqlite3.so.0", "libsqlite3.so.0 has no function PQconnectdbParams"),
    ])
    func `a library that is missing, or another one, is named`(name: String, text: String) {
        let error = #expect(throws: PostgreSQLError.self) { try Libpq(library: name) }
        #expect(error?.kind == .library)
        #expect(error?.message.hasPrefix(text) == true)
    }

    @Test(.enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed"))
    func `a server that is not there is named`() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: PostgreSQLError.self) {
            try PostgreSQLConnection("postgresql:///db?host=\(directory.path)", withinSeconds: 5)
        }
        #expect(error?.kind == .connection)
        #expect(error?.message.contains(directory.path) == true)
        let other = #expect(throws: PostgreSQLError.self) {
            try PostgreSQLConnection("postgresql:///db?unknown=1", withinSeconds: 5)
        }
        #expect(other?.message.contains("unknown") == true)
    }
}
