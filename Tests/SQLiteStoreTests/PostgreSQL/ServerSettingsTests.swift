import PostgreSQL
import Support
import Testing

@testable import PostgreSQLStore
@testable import Store

/// The settings of a server that the promises depend on.
@Suite(.blocking, .enabled(if: TestDatabase.isPostgreSQL, "PostgreSQL is not tested"))
struct ServerSettingsTests {
    private func problem(
        isSingleCopy: Bool = true,
        _ change: (inout ServerSettings) -> Void = { _ in }
    ) -> String? {
        var settings = ServerSettings()
        change(&settings)
        return settings.problem(isSingleCopy: isSingleCopy)
    }

    @Test func `each setting is named with what was expected`() {
        #expect(problem() == nil)
        #expect(problem { $0.synchronousCommit = "remote_apply" } == nil)
        #expect(problem { $0.version = 140_020 } == "PostgreSQL 14 is too old; expected 15")
        #expect(problem { $0.fsync = "off" }?.hasPrefix("fsync is off; expected on") == true)
        #expect(
            problem { $0.fullPageWrites = "off" }?.hasPrefix("full_page_writes is off; exp") == true
        )
        for value in ["off", "local", "remote_write"] {
            #expect(
                problem { $0.synchronousCommit = value }
                    == "synchronous_commit is \(value); expected on or remote_apply"
            )
        }
        #expect(
            problem { $0.isolation = "serializable" }
                == "transaction_isolation is serializable; expected read committed"
        )
        #expect(problem { $0.isPooled = true }?.hasPrefix("a pooler is in between") == true)
        #expect(problem(isSingleCopy: false)?.hasPrefix("synchronous_standby_names is") == true)
        #expect(problem(isSingleCopy: false) { $0.synchronousStandbyNames = "standby" } == nil)
        for names in ["*", "ANY 1 (*)"] {
            let text = problem(isSingleCopy: false) { $0.synchronousStandbyNames = names }
            #expect(text?.hasPrefix("synchronous_standby_names is \(names), which") == true)
            #expect(problem { $0.synchronousStandbyNames = names } == nil)
        }
    }

    @Test(arguments: ["fsync=off", "full_page_writes=off"])
    func `a server that could lose a commit is refused`(setting: String) async throws {
        let cluster = try PostgreSQLCluster(settings: [setting])
        let error = await #expect(throws: StoreError.self) {
            _ = try await TestStore(at: cluster.address)
        }
        #expect(error?.kind == .unusable)
        #expect(error?.message.hasPrefix(setting.replacing("=", with: " is ")) == true)
    }

    @Test(.enabled(if: Pooler.isInstalled, "PgBouncer is not installed"))
    func `a pooler in between is refused`() async throws {
        let cluster = try PostgreSQLCluster()
        // As it is by default, and as it is set up for clients that send options.
        let refusals = [
            ([], "unsupported startup parameter: options"),
            (["ignore_startup_parameters = options"], "a pooler is in between; expected a conn"),
        ]
        for (settings, message) in refusals {
            let pooler = try await Pooler(before: cluster, settings: settings)
            let error = await #expect(throws: StoreError.self) {
                _ = try await TestStore(at: pooler.address)
            }
            #expect(error?.message.contains(message) == true)
        }
    }

    /// Nothing else ends a session whose client disappeared after a part of a pipeline, and which
    /// keeps the row of `ledger`.
    @Test func `a session ends soon after its client has disappeared`() throws {
        let port = try FreePort.next()
        let settings = ["listen_addresses=127.0.0.1", "port=\(port)"]
        let cluster = try PostgreSQLCluster(settings: settings)
        let string = "postgresql://cashin@127.0.0.1:\(port)/postgres"
        let connection = try PostgreSQLAddress(string, isSingleCopy: true).connect()
        let query = Query(
            """
            SELECT name || '=' || setting FROM pg_settings
            WHERE name LIKE 'tcp%' OR name = 'jit' ORDER BY name
            """
        )
        let found = try connection.run([query], withinSeconds: 30)[0].rows.map { $0.text(0) }
        #expect(
            found == [
                "jit=off", "tcp_keepalives_count=3", "tcp_keepalives_idle=5",
                "tcp_keepalives_interval=2", "tcp_user_timeout=10000",
            ]
        )
        withExtendedLifetime(cluster) {}
    }

    @Test func `one copy has to be wanted`() async throws {
        let address = try TestDatabase.make()
        let error = await #expect(throws: StoreError.self) {
            _ = try await TestStore(at: address, isSingleCopy: false)
        }
        #expect(error?.kind == .unusable)
        #expect(error?.message.contains("storage.singleCopy") == true)
        let test = try await TestStore(at: address, isSingleCopy: true)
        await test.store.close()
    }
}
