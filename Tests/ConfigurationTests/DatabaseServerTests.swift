import Support
import Testing

@testable import Configuration

/// `storage.database` with a database in PostgreSQL.
struct DatabaseServerTests {
    private static let uri = "postgresql://a,b/cashin?passfile=/etc/cashin/pgpass"

    @Test func `a URI is a server, with the rejected requests in a file`() throws {
        let fixture = try ConfigurationFixture()
        let loaded = try fixture.load(["storage.database=\(Self.uri)"])
        let file = "\(fixture.directory.path)/rejected.db"
        let server = Configuration.DatabaseServer(uri: Self.uri, rejectedFile: file)
        #expect(loaded.configuration.storage.database == .server(server))
        #expect(loaded.configuration.storage.database.path == nil)
        #expect(loaded.effectiveText.contains("database: \"\(Self.uri)\""))
        #expect(loaded.effectiveText.contains("rejectedFile: \"\(file)\""))
    }

    @Test func `its keys and variables have their values`() throws {
        var fixture = try ConfigurationFixture()
        fixture.context.environment = ["SECRETS": "/run/secrets"]
        let loaded = try fixture.load([
            "storage.database=postgres:///cashin?passfile=${SECRETS}/pgpass",
            "storage.singleCopy=true", "storage.rejectedFile=/var/lib/x/refused.db",
        ])
        let server = Configuration.DatabaseServer(
            uri: "postgres:///cashin?passfile=/run/secrets/pgpass",
            isSingleCopy: true,
            rejectedFile: "/var/lib/x/refused.db"
        )
        #expect(loaded.configuration.storage.database == .server(server))
    }

    @Test(arguments: [
        "postgresql://user:secret@host/cashin", "postgresql://user:@host/cashin",
        "postgresql://host/cashin?password=secret", "postgresql://host?a=b&password=",
        "postgresql://host?sslpassword=secret",
    ])
    func `a password in it is refused, and not repeated`(_ uri: String) throws {
        let fixture = try ConfigurationFixture()
        #expect(
            fixture.problems(["storage.database=\(uri)"]) == [
                "--set: storage.database: holds a password; "
                    + "expected passfile=PATH (see libpq-pgpass(5))"
            ]
        )
    }

    @Test(arguments: [
        "postgresql://user@host:5433/cashin", "postgresql://[::1]:5432/cashin",
        "postgresql://host/a:b@c?passfile=/password=",
    ])
    func `one without a password is accepted`(_ uri: String) throws {
        let loaded = try ConfigurationFixture().load(["storage.database=\(uri)"])
        #expect(loaded.configuration.storage.database.path == nil)
    }

    @Test func `its keys are refused for a file`() throws {
        let fixture = try ConfigurationFixture()
        let text = "is for a database in PostgreSQL, and storage.database is a file; expected"
        #expect(
            fixture.problems(["storage.singleCopy=true", "storage.rejectedFile=a.db"]) == [
                "--set: storage.singleCopy: \(text) false",
                "--set: storage.rejectedFile: \(text) null",
            ]
        )
    }
}
