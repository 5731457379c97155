import Commands
import Configuration
import Support
import System
import Testing

/// `token new`: the file, and the line that makes it a token of the configuration.
struct TokenCommandTests {
    private let directory: TemporaryDirectory
    private var configuration: String { directory.file("config.json5") }

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("config.json5", "{}")
    }

    private func newToken(_ name: String, scopes: String) async -> (code: Int32, output: String) {
        let arguments = ["token", "new", name, "--scopes", scopes, "--config", configuration]
        let (code, output, error) = await run(arguments)
        return (code.rawValue, output + error)
    }

    @Test func `a second token of a name gets a file of its own`() async throws {
        for (file, scopes) in [
            ("shop.token", "feed,generate"), ("shop-2.token", "feed"), ("shop-3.token", "metrics"),
        ] {
            let (code, output) = await newToken("shop", scopes: scopes)
            #expect(code == 0)
            let list = scopes.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ")
            let line = "{ name: \"shop\", file: \"\(file)\", scopes: [\(list)] },\n"
            #expect(output.contains(line), "\(output)")
            #expect(output.contains("Both tokens are valid") == (file != "shop.token"))
            let secret = try directory.read(file)
            #expect(secret.utf8.count == 65)
            #expect(!output.contains(secret.dropLast()))
            #expect(try FileOwnership(of: directory.file(file)).mode == 0o600)
        }
        #expect(
            Set(try ["shop", "shop-2", "shop-3"].map { try directory.read("\($0).token") }).count
                == 3
        )
    }

    @Test func `the printed lines are accepted by the server, side by side`() async throws {
        let fixture = try ConfigurationFixture()
        var lines = ""
        for _ in 0..<2 {
            let (code, output, _) = await run(
                ["token", "new", "shop", "--scopes", "feed", "--config", fixture.file]
            )
            #expect(code == .success)
            let line = try #require(output.split(separator: "\n").first { $0.contains("{ name") })
            lines += line
        }
        let loaded = try fixture.load(["internal.tokens=[\(lines)]"])
        #expect(loaded.keys.tokens.map(\.name) == ["shop", "shop"])
        #expect(loaded.warnings == [])
    }

    @Test(.enabled(if: SystemUser.isRoot, "only root can give files to another group"))
    func `in the directory of a service its group can read the token`() async throws {
        let user = try #require(try SystemUser(named: "nobody"))
        let owner = FileOwnership(userID: 0, groupID: user.groupID, mode: 0o750)
        try owner.apply(to: directory.path)
        #expect(await newToken("shop", scopes: "feed").code == 0)
        let file = FileOwnership(userID: 0, groupID: user.groupID, mode: 0o640)
        #expect(try FileOwnership(of: directory.file("shop.token")) == file)
        // A new key pair has a directory of its own there.
        #expect(await run(["keygen", "--out", directory.file("new")]).code == .success)
        #expect(try FileOwnership(of: directory.file("new")) == owner)
        #expect(try FileOwnership(of: directory.file("new/merchant-private.pem")) == file)
    }

    @Test(arguments: [
        ("shop", "feed,fed", "--scopes: \"fed\" is no scope, expected feed, "),
        ("shop", "feed,", "--scopes: \"\" is no scope, expected feed, "),
        ("a/b", "feed", "NAME is \"a/b\", expected a name of 1 to 64 letters"),
    ])
    func `a name or a scope that is none is refused, and nothing written`(
        _ name: String,
        _ scopes: String,
        _ reason: String
    ) async throws {
        let (code, output) = await newToken(name, scopes: scopes)
        #expect(code == 64)
        #expect(output.hasPrefix("cashin-receiver token new: \(reason)"))
        #expect(try FilePath.names(in: directory.path) == ["config.json5"])
    }
}
