import Commands
import Configuration
import Crypto
import Support
import System
import Testing

/// `init` in the layout for development and in that of the systemd units.
struct InitCommandTests {
    private let directory: TemporaryDirectory
    private var place: String { directory.file("new/receiver") }

    init() throws { directory = try TemporaryDirectory() }

    private func mode(_ name: String) throws -> UInt32 {
        try FileOwnership(of: "\(place)/\(name)").mode
    }

    private func text(_ name: String) throws -> String {
        try directory.read("new/receiver/\(name)")
    }

    @Test func `for development all files are in one directory`() async throws {
        let (code, output, _) = await run(["init", "--dir", place])
        #expect(code == .success)
        #expect(output.contains("check-config --config \(place)/config.json5"))
        let modes = try [
            "merchant-private.pem", "orders.token", "ops.token", "merchant-public.pem",
            "config.json5", "",
        ].map(mode)
        #expect(modes == [0o600, 0o600, 0o600, 0o644, 0o644, 0o700])
        let tokens = try ["orders.token", "ops.token"].map(text)
        #expect(tokens[0] != tokens[1])
        for token in tokens {
            #expect(token.utf8.count == 65)
            #expect(token.dropLast().allSatisfy { $0.isHexDigit && !$0.isUppercase })
            #expect(!output.contains(token.dropLast()))
        }
        #expect(try text("config.json5") == ConfigurationTemplate.besideFiles().text)
        let key = try RSAPrivateKey(text("merchant-private.pem"))
        #expect(try RSAPublicKey(text("merchant-public.pem")) == key.publicKey)
        #expect(output.contains(key.publicKey.fingerprint))
    }

    @Test func `what is there stays, and what is missing is added`() async throws {
        #expect(await run(["init", "--dir", place]).code == .success)
        let before = try ["config.json5", "merchant-private.pem", "ops.token"].map(text)
        let old = try text("orders.token")
        try FileCreation.remove("\(place)/orders.token")
        let (code, output, _) = await run(["init", "--dir", place])
        #expect(code == .success)
        #expect(output.contains("Wrote to \(place)/:\n  orders.token "))
        for name in ["config.json5", "merchant-private.pem", "merchant-public.pem", "ops.token"] {
            #expect(output.contains("\n  \(name)\n"), "\(name)")
        }
        #expect(!output.contains("to Cash In"))
        #expect(try ["config.json5", "merchant-private.pem", "ops.token"].map(text) == before)
        #expect(try text("orders.token") != old)
        let again = await run(["init", "--dir", place])
        #expect(again.code == .success)
        #expect(again.output.hasPrefix("Kept in \(place)/:\n"))
    }

    /// The configuration decides which secrets there are, not the template.
    @Test func `the secrets that a configuration names are added, and no others`() async throws {
        try FileCreation.makeDirectories(place, mode: 0o700)
        try directory.write(
            "new/receiver/config.json5",
            "{ internal: { tokens: [{ name: 'shop', file: 'shop.token', scopes: ['feed'] },"
                + "{ name: 'shop', file: 'shop.token' }] },"
                + " cashIn: { privateKeyFile: 'our-private.pem' } }"
        )
        let (code, output, _) = await run(["init", "--dir", place])
        #expect(code == .success, "\(output)")
        #expect(
            try FilePath.names(in: place).sorted() == [
                "config.json5", "our-private.pem", "our-public.pem", "shop.token",
            ]
        )
        #expect(output.contains("Give our-public.pem to Cash In."))
    }

    @Test(arguments: [
        ("{ internal: ", 1), ("{ cashIn: { privateKeyFile: '${NO_SUCH_VARIABLE}/k.pem' } }", 1),
    ])
    func `nothing is added to a configuration that cannot be read`(
        _ configuration: String,
        count: Int
    ) async throws {
        try FileCreation.makeDirectories(place, mode: 0o700)
        try directory.write("new/receiver/config.json5", configuration)
        let (code, output, error) = await run(["init", "--dir", place])
        #expect((code, output) == (.configuration, ""))
        #expect(error.contains("\(place)/config.json5: "))
        #expect(try FilePath.names(in: place).count == count)
    }

    @Test func `a private key that was kept gets its public key again`() async throws {
        #expect(await run(["init", "--dir", place]).code == .success)
        let publicKey = try text("merchant-public.pem")
        try FileCreation.remove("\(place)/merchant-public.pem")
        let (code, output, _) = await run(["init", "--dir", place])
        #expect(code == .success)
        #expect(try text("merchant-public.pem") == publicKey)
        #expect(output.contains("\n  merchant-private.pem\n"))
        #expect(output.contains("Give merchant-public.pem to Cash In."))

        try FileCreation.remove("\(place)/merchant-public.pem")
        try directory.write("new/receiver/merchant-private.pem", "no key")
        let broken = await run(["init", "--dir", place])
        #expect(broken.code == .inputOutput)
        #expect(broken.error.contains("\(place)/merchant-private.pem "))
    }

    @Test func `a public key without its private key is not replaced`() async throws {
        #expect(await run(["init", "--dir", place]).code == .success)
        try FileCreation.remove("\(place)/merchant-private.pem")
        try FileCreation.remove("\(place)/ops.token")
        let (code, _, error) = await run(["init", "--dir", place])
        #expect(code == .inputOutput)
        #expect(error.contains("merchant-public.pem is there without its private key"))
        #expect(!FileCreation.exists("\(place)/ops.token"))
    }

    @Test(.enabled(if: !SystemUser.isRoot, "root gives the files to the service's user"))
    func `the system layout of a user without privileges is its own`() async throws {
        let data = directory.file("data")
        let (code, output, _) = await run(["init", "--system", "--dir", place, "--data", data])
        #expect(code == .success)
        #expect(output.contains("systemctl enable --now cashin-receiver"))
        let template = ConfigurationTemplate.systemd(database: "\(data)/receiver.db")
        #expect(try text("config.json5") == template.text)
        #expect(try ["merchant-private.pem", "orders.token"].map(mode) == [0o600, 0o600])
        #expect(!FileCreation.exists(data))
    }

    @Test(.enabled(if: SystemUser.isRoot, "only root can give files to another user"))
    func `the group of the service can read the secrets, and its user owns the data`()
        async throws
    {
        let user = try #require(try SystemUser(named: "nobody"))
        let data = directory.file("data")
        let options = ["init", "--system", "--dir", place, "--data", data, "--user", "nobody"]
        #expect(await run(options).code == .success)
        for (name, mode) in [
            ("", 0o750), ("config.json5", 0o640), ("merchant-private.pem", 0o640),
            ("orders.token", 0o640), ("ops.token", 0o640), ("merchant-public.pem", 0o644),
        ] as [(String, UInt32)] {
            let owner = FileOwnership(userID: 0, groupID: user.groupID, mode: mode)
            #expect(try FileOwnership(of: "\(place)/\(name)") == owner, "\(name)")
        }
        let owner = FileOwnership(userID: user.userID, groupID: user.groupID, mode: 0o700)
        #expect(try FileOwnership(of: data) == owner)
        // What is kept is told where the service cannot read it.
        let closed = FileOwnership(userID: 0, groupID: user.groupID, mode: 0o600)
        try closed.apply(to: "\(place)/ops.token")
        let again = await run(options)
        #expect(again.code == .success)
        #expect(again.output.contains("ops.token             the service cannot read it"))
        #expect(again.output.contains("\n  orders.token\n"))
    }

    @Test(arguments: [
        (["init"], "--dir DIR or --system is missing"),
        (["init", "--dir", "x", "--user", "nobody"], "--user USER needs --system"),
        (["init", "--dir", "x", "--data", "y"], "--data \"y\": expected an absolute path"),
    ])
    func `options that contradict one another are refused`(
        _ arguments: [String],
        reason: String
    ) async {
        let (code, output, error) = await run(arguments)
        #expect((code, output) == (.usage, ""))
        #expect(error == "cashin-receiver init: \(reason)\n")
    }

    @Test(.enabled(if: SystemUser.isRoot, "without root no user is looked up"))
    func `a user that does not exist is named, with the command that creates it`() async {
        let (code, _, error) = await run(["init", "--system", "--user", "no-such-user"])
        #expect(code == .unavailable)
        #expect(error.contains("the user no-such-user does not exist"))
        #expect(error.contains("useradd --system"))
    }
}
