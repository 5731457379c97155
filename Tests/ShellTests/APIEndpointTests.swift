import Commands
import Configuration
import HTTPClient
import Support
import Testing

@testable import ReceiverClient
@testable import Shell

/// Where the commands find the daemon, and with which token.
struct APIEndpointTests {
    private let directory: TemporaryDirectory
    private var file: String { "\(directory.path)/config.json5" }

    /// Three tokens, made of the letters f, j and a; the rest of the configuration is wrong.
    init() throws {
        directory = try TemporaryDirectory()
        for name in ["f", "j", "a"] { try directory.write(name, token(name)) }
        try configure("\"127.0.0.1:8081\"")
    }

    private func token(_ letter: String) -> String { String(repeating: letter, count: 32) }

    private func configure(_ listen: String, tokens: String? = nil, more: String = "") throws {
        let tokens =
            tokens ?? """
                { name: "feed", file: "f", scopes: ["feed"] },
                { name: "journal", file: "j", scopes: ["journal"] },
                { name: "all", file: "a", scopes: ["admin"] },
                { name: "other", file: "${NOT_SET}/x", scopes: ["feed"] },
                """
        try directory.write(
            "config.json5",
            """
            { internal: { listen: \(listen), tokens: [\(tokens)], \(more) },
              cashIn: { publicKeyFiles: ["missing.pem"] }, unknown: 1 }
            """
        )
    }

    private func endpoint(
        _ arguments: [String] = [],
        scope: Configuration.Scope = .feed,
        moreScopes: [Configuration.Scope] = []
    ) throws -> APIEndpoint {
        try APIEndpoint(
            Command.attention.parse(["--config", file] + arguments),
            scope: scope,
            moreScopes: moreScopes,
            context: ConfigurationContext()
        )
    }

    /// The lines of the problem; `FILE` and `DIR` stand for the configuration and its place.
    private func lines(
        _ arguments: [String] = [],
        scope: Configuration.Scope = .feed
    ) throws -> (code: ExitCode, lines: [String]) {
        let problem = try #require(
            #expect(throws: CommandProblem.self) { try endpoint(arguments, scope: scope) }
        )
        let lines = problem.lines.map {
            $0.replacing(file, with: "FILE").replacing(directory.path, with: "DIR")
        }
        return (problem.code, lines)
    }

    @Test(arguments: [
        (#""127.0.0.1:8081""#, "http://127.0.0.1:8081"),
        (#"["systemd:internal", "127.0.0.1:0", "[::1]:82", "unix:/x"]"#, "http://[::1]:82"),
        (#"["unix:/run/x.sock?mode=0660", "127.0.0.1:81"]"#, "unix:/run/x.sock"),
        (#""localhost:81""#, "http://127.0.0.1:81"),
    ])
    func `the first address that can be reached is where the daemon is`(
        _ listen: String,
        _ url: String
    ) throws {
        try configure(listen)
        #expect(try endpoint().origin.description == url)
        #expect(try endpoint().basePath == "")
    }

    @Test(arguments: [
        (#""0.0.0.0:81""#, "http://127.0.0.1:81"), (#""[::]:81""#, "http://[::1]:81"),
        (#"["192.0.2.1:80", "127.0.0.2:81"]"#, "http://127.0.0.2:81"),
    ])
    func `all addresses include loopback`(_ listen: String, _ url: String) throws {
        try configure(listen, more: "allowPlaintext: true")
        #expect(try endpoint().origin.description == url)
    }

    @Test(arguments: [
        (#""systemd:internal""#, "systemd:internal"),
        (#"["127.0.0.1:0", "[::1]:0"]"#, "127.0.0.1:0, [::1]:0"),
        (#""192.0.2.1:80""#, "192.0.2.1:80"),
    ])
    func `where none can be used, --url is asked for`(_ listen: String, _ shown: String) throws {
        try configure(listen, more: "allowPlaintext: true")
        let (code, lines) = try lines()
        #expect(code == .configuration)
        let text =
            "expected a Unix socket, or a loopback address with its port; give --url URL instead"
        #expect(lines == ["FILE: internal.listen: is \(shown), \(text)"])
        #expect(try endpoint(["--url", "http://[::1]:9/"]).origin.description == "http://[::1]:9")
    }

    @Test(arguments: [
        (Configuration.Scope.feed, "f"), (.journal, "j"), (.generate, "a"), (.admin, "a"),
    ])
    func `the first token with the scope is sent`(
        _ scope: Configuration.Scope,
        _ letter: String
    ) throws {
        let endpoint = try endpoint(scope: scope)
        #expect(endpoint.token?.token.authorization == "Bearer \(token(letter))")
        #expect(endpoint.token?.path == "\(directory.path)/\(letter)")
    }

    @Test func `a token that is missing or not to be had is told`() throws {
        try configure(
            "\"127.0.0.1:81\"",
            tokens: """
                { name: "feed", file: "none", scopes: ["feed"] },
                { name: "operate", file: "${NOT_SET}/x", scopes: ["operate"] },
                { name: "short", file: "short", scopes: ["journal"] },
                """
        )
        try directory.write("short", "abc")
        let hint = "or give --token-file FILE"
        var shown = try lines(scope: .feed)
        #expect(shown.code == .configuration)
        #expect(
            shown.lines == [
                "FILE: internal.tokens[0].file: \"DIR/none\" cannot be read, open: No such file or "
                    + "directory (2); expected a readable file; \(hint)"
            ]
        )
        shown = try lines(scope: .operate)
        #expect(shown.lines.count == 1)
        #expect(shown.lines[0].hasPrefix("FILE: internal.tokens[1].file: uses the environment"))
        #expect(shown.lines[0].hasSuffix(hint))
        shown = try lines(scope: .journal)
        #expect(
            shown.lines == [
                "FILE: internal.tokens[2].file: \"DIR/short\" holds a token of 3 characters, "
                    + "expected at least 32; \(hint)"
            ]
        )
        shown = try lines(scope: .metrics)
        #expect(
            shown.lines == [
                "FILE: internal.tokens: has no token with the scope metrics or admin, expected "
                    + "one; give --token-file FILE instead"
            ]
        )
    }

    @Test func `a relative socket stands beside the configuration`() throws {
        try configure("\"unix:x.sock\"")
        #expect(try endpoint().origin.description == "unix:\(directory.path)/x.sock")
    }

    @Test func `a command without a scope needs no token`() throws {
        try configure("\"127.0.0.1:81\"", tokens: "")
        let endpoint = try APIEndpoint(
            Command.health.parse(["--config", file]),
            scope: nil,
            context: ConfigurationContext()
        )
        #expect(endpoint.token == nil)
    }

    @Test func `a command that needs two scopes takes a token with both`() throws {
        try configure(#""127.0.0.1:8081""#)
        #expect(try endpoint(scope: .journal).token?.token.name == "journal")
        #expect(try endpoint(scope: .journal, moreScopes: [.generate]).token?.token.name == "all")
        let both = #"{ name: "both", file: "f", scopes: ["generate", "journal"] },"#
        let one = #"{ name: "one", file: "j", scopes: ["journal"] }"#
        try configure(#""127.0.0.1:8081""#, tokens: one + "," + both)
        #expect(try endpoint(scope: .journal, moreScopes: [.generate]).token?.token.name == "both")
    }

    @Test func `with both options given no configuration has to be there`() throws {
        let arguments = ["--url", "https://pay.example.id/internal//", "--token-file"]
        let endpoint = try APIEndpoint(
            Command.attention.parse(
                arguments + ["\(directory.path)/j", "--config", "/nowhere/config.json5"]
            ),
            scope: .feed,
            context: ConfigurationContext()
        )
        #expect(endpoint.origin.description == "https://pay.example.id")
        #expect(endpoint.basePath == "/internal")
        #expect(endpoint.token?.token.authorization == "Bearer \(token("j"))")
    }

    @Test func `a configuration that is needed and cannot be read is told`() async throws {
        for arguments in [
            [], ["--url", "http://[::1]:9"], ["--token-file", "\(directory.path)/f"],
        ] {
            let (code, output, error) = await ShellScene.run(
                ["attention", "--config", "/nowhere/config.json5"] + arguments
            )
            #expect((code, output) == (.configuration, ""))
            #expect(
                error == "cashin-receiver attention: /nowhere/config.json5: cannot be read, open: "
                    + "No such file or directory (2); expected a readable JSON5 file\n"
            )
        }
        try directory.write("config.json5", "{ internal: 5 }")
        let place = "FILE: internal: is a number, expected an object"
        #expect(try lines(["--url", "http://[::1]:9"]).lines == [place])
        #expect(try lines(["--token-file", "\(directory.path)/f"]).lines == [place])
        try directory.write("config.json5", "{ internal: }")
        #expect(try lines().lines.first?.hasPrefix("FILE: line 1, column 13: ") == true)
    }

    @Test(arguments: [
        (["--url", "pay"], "--url: \"pay\" does not begin with http:// or https://"),
        (["--url", "unix:"], "--url: \"unix:\" is not a socket path"),
        (["--url", "unix:/x?mode=0660"], "--url: \"unix:/x?mode=0660\": expected unix: and"),
        (["--url", "unix:/\(String(repeating: "x", count: 107))"], "--url: "),
        (["--url", "http://h:0"], "--url: \"http://h:0\" has no valid port"),
        (["--url", "https://h/?a"], "--url: \"https://h/?a\" has a query"),
        (
            ["--url", "http://192.0.2.1:81"],
            "--url: \"http://192.0.2.1:81\" uses http to another machine, which would send the "
                + "token unencrypted; expected https (http is allowed to loopback only)"
        ),
    ])
    func `a URL that cannot be used is explained`(_ arguments: [String], _ text: String) throws {
        let (code, lines) = try lines(arguments)
        #expect(code == .usage)
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix(text), "\(lines)")
    }

    @Test func `a token file that cannot be used is explained`() throws {
        let (code, lines) = try lines(["--token-file", "\(directory.path)/none"])
        #expect(code == .configuration)
        #expect(
            lines == [
                "--token-file: \"DIR/none\" cannot be read, open: No such file or directory (2); "
                    + "expected a readable file"
            ]
        )
    }
}
