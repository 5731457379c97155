import Commands
import Configuration
import FoundationEssentials
import Glibc
import Receiver
import Support
import System
import Testing

/// `check-config` finds what `serve` refuses, and both exit with 78 where retrying does not help.
///
/// One after the other: each opens a database.
@Suite(.serialized)
struct StartCheckTests {
    /// A setting, the file that it needs, and the line that check-config prints.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let set: [String]
        let line: String

        /// Files to write first, by name.
        var files: [String: String] = [:]

        /// Directories to make first.
        var directories: [String] = []

        /// Named pipes to make first.
        var pipes: [String] = []

        var testDescription: String { name }
    }

    private static func database(_ text: String) -> String { "--set: storage.database: \(text)" }

    static let rows: [Row] = [
        Row(
            name: "the directory of the database is missing",
            set: ["storage.database=absent/receiver.db"],
            line: database(
                "DIR/absent/receiver.db cannot be created or written: its directory DIR/absent "
                    + "does not exist"
            )
        ),
        Row(
            name: "the directory of the database is a file",
            set: ["storage.database=orders.token/receiver.db"],
            line: database(
                "DIR/orders.token/receiver.db cannot be created or written: its directory "
                    + "DIR/orders.token is not a directory"
            )
        ),
        Row(
            name: "the database is a directory",
            set: ["storage.database=there"],
            line: database("cannot lock DIR/there: it is not a regular file"),
            directories: ["there"]
        ),
        Row(
            name: "the database is a pipe",
            set: ["storage.database=pipe"],
            line: database("cannot lock DIR/pipe: it is not a regular file"),
            pipes: ["pipe"]
        ),
        Row(
            name: "the database is not SQLite",
            set: ["storage.database=notes.txt"],
            line: database(
                "DIR/notes.txt is not an SQLite database, expected one of cashin-receiver"
            ),
            files: ["notes.txt": String(repeating: "notes ", count: 100)]
        ),
        Row(
            name: "the database is short and not SQLite",
            set: ["storage.database=notes.txt"],
            line: database(
                "DIR/notes.txt is not an SQLite database, expected one of cashin-receiver"
            ),
            files: ["notes.txt": "x"]
        ),
        Row(
            name: "a missing database must not be created",
            set: ["storage.create=false"],
            line: "FILE: storage.database: the database DIR/receiver.db is missing or empty, and "
                + "storage.create is false; check that its volume is mounted"
        ),
        Row(
            name: "the directory of a socket is missing",
            set: ["notify.listen=unix:absent/notify.sock"],
            line: "--set: notify.listen: is unix:DIR/absent/notify.sock, but the directory "
                + "DIR/absent does not exist; expected an address to listen on"
        ),
        Row(
            name: "the group of a socket is missing",
            set: ["notify.listen=unix:notify.sock?mode=0660&group=no-such-group"],
            line: "--set: notify.listen: is unix:DIR/notify.sock?mode=0660&group=no-such-group, "
                + "but the group no-such-group does not exist; expected an address to listen on"
        ),
        Row(
            name: "a file is where the socket belongs",
            set: ["internal.listen=unix:orders.token"],
            line: "--set: internal.listen: is unix:DIR/orders.token, but DIR/orders.token exists "
                + "and is not a socket; expected an address to listen on"
        ),
        Row(
            name: "a key file is a pipe",
            set: ["cashIn.publicKeyFiles=['pipe']"],
            line: "--set: cashIn.publicKeyFiles[0]: \"DIR/pipe\" cannot be read, it is not a "
                + "regular file; expected a readable file",
            pipes: ["pipe"]
        ),
        Row(
            name: "a key file is a directory",
            set: ["cashIn.privateKeyFile=there"],
            line: "--set: cashIn.privateKeyFile: \"DIR/there\" cannot be read, read: Is a "
                + "directory (21); expected a readable file",
            directories: ["there"]
        ),
    ]

    private func run(
        _ command: String,
        _ fixture: ConfigurationFixture,
        _ set: [String]
    ) async -> (code: ExitCode, error: String) {
        let recorder = ConsoleRecorder()
        let arguments = [command, "--config", fixture.file] + set.flatMap { ["--set", $0] }
        let code = await Program.receiver.run(arguments, console: recorder.console)
        return (code, fixture.shown(recorder.error))
    }

    private func prepare(_ row: Row) throws -> ConfigurationFixture {
        let fixture = try ConfigurationFixture()
        for (name, text) in row.files { try fixture.directory.write(name, text) }
        for name in row.directories { #expect(mkdir(fixture.directory.file(name), 0o700) == 0) }
        for name in row.pipes { #expect(mkfifo(fixture.directory.file(name), 0o600) == 0) }
        return fixture
    }

    /// Addresses for `serve`. It must not begin to serve, so one of them is in use.
    private func addresses(_ used: Listener) -> [String] {
        ["internal.listen=127.0.0.1:0", "notify.listen=\(used.address)"]
    }

    private func listen() throws -> Listener {
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        return try #require(try Listener.open(address, passed: PassedSockets()).first)
    }

    @Test(arguments: rows)
    func `check-config names what serve refuses, and both exit with 78`(_ row: Row) async throws {
        let fixture = try prepare(row)
        let used = try listen()
        let set = addresses(used) + row.set
        let checked = await run("check-config", fixture, set)
        #expect(checked.code == .configuration)
        #expect(checked.error == row.line + "\n")
        #expect(await run("serve", fixture, set).code == .configuration)
    }

    @Test func `a database of another program is named`() async throws {
        let fixture = try ConfigurationFixture()
        // A header of SQLite with the application id 1.
        var header = Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0, count: 4080)
        header[71] = 1
        let path = fixture.directory.file("other.db")
        try Data(header).write(to: URL(filePath: path))
        let used = try listen()
        let set = addresses(used) + ["storage.database=other.db"]
        let checked = await run("check-config", fixture, set)
        #expect(checked.code == .configuration)
        #expect(await run("serve", fixture, set).code == .configuration)
        #expect(
            checked.error == "--set: storage.database: DIR/other.db is the SQLite database of "
                + "another program, expected one of cashin-receiver\n"
        )
    }

    @Test func `a directory that is not writable is named`() async throws {
        // The superuser may write everywhere.
        if geteuid() == 0 { return }
        let fixture = try ConfigurationFixture()
        #expect(mkdir(fixture.directory.file("there"), 0o500) == 0)
        let checked = await run("check-config", fixture, ["storage.database=there/a.db"])
        #expect(checked.code == .configuration)
        #expect(checked.error.contains("its directory DIR/there is not writable for this user"))
    }

    @Test func `an address in use is not a problem of the configuration`() async throws {
        let fixture = try ConfigurationFixture()
        let used = try listen()
        #expect(await run("check-config", fixture, addresses(used)).code == .success)
        #expect(await run("serve", fixture, addresses(used)).code == .unavailable)
    }
}
