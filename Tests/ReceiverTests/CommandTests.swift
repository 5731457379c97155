import Configuration
import Crypto
import FoundationEssentials
import JSON5
import Support
import System
import Testing

@testable import Commands
@testable import Receiver

struct CommandTests {
    @Test(arguments: Program.receiver.commands)
    func `every command explains itself`(_ command: Command) async {
        let (code, output, error) = await run(command.words + ["--help"])
        #expect(code == .success)
        #expect(error == "")
        #expect(output.hasPrefix(command.summary))
        for text in [
            "Usage: cashin-receiver \(command.name)", "Exit codes:\n  0", "  64", "Example:",
        ] {
            #expect(output.contains(text))
        }
        for option in command.options { #expect(output.contains(option.usage)) }
        #expect(output.split(separator: "\n").allSatisfy { $0.count <= 100 })
        let list = await run(["--help"])
        #expect(list.output.contains("  \(command.name) "))
    }

    @Test func `the version is told`() async {
        let (code, output, _) = await run(["--version"])
        #expect(code == .success)
        #expect(output == "cashin-receiver \(Version.description)\n")
    }

    /// As `git archive` leaves the placeholder, and as it is in a working copy.
    @Test func `the version names the commit where it is known`() {
        #expect(Version.commit(in: "16cc909") == "16cc909")
        #expect(Version.commit(in: "$Format:%h$") == nil)
        #expect(Version.description(commit: "16cc909") == "\(Version.text) (commit 16cc909)")
        #expect(Version.description(commit: nil) == Version.text)
    }

    @Test(arguments: [
        (["srve"], "cashin-receiver: unknown command \"srve\", the nearest is serve"),
        (
            ["serve", "--confg", "x"],
            "cashin-receiver serve: unknown option \"--confg\", the nearest is --config"
        ),
        (["serve", "--config"], "cashin-receiver serve: --config FILE: the value is missing"),
        (["serve", "--config="], "cashin-receiver serve: --config FILE: the value is missing"),
        (
            ["serve", "--config", "a", "--config", "b"],
            "cashin-receiver serve: --config is given twice"
        ),
        (["serve", "now"], "cashin-receiver serve: unexpected argument \"now\""),
        (["serve", "-x"], "cashin-receiver serve: unexpected argument \"-x\""),
        (["serve", "a\nb"], "cashin-receiver serve: unexpected argument \"a\\nb\""),
        (["init"], "cashin-receiver init: --dir DIR or --system is missing"),
        (["diagnose"], "cashin-receiver diagnose: FILE is missing"),
        (["diagnose", "a", "-"], "cashin-receiver diagnose: unexpected argument \"-\""),
        (["keygen"], "cashin-receiver keygen: --out DIR is missing"),
        (["check-config", "--set", "x"], "cashin-receiver: --set \"x\": expected KEY=VALUE"),
    ])
    func `a wrong command line is explained`(_ arguments: [String], _ line: String) async {
        let (code, output, error) = await run(arguments)
        #expect(code == .usage)
        #expect(output == "")
        #expect(error.split(separator: "\n").first.map(String.init) == line)
    }

    @Test func `no command is a usage error that lists them`() async {
        let (code, output, error) = await run([])
        #expect((code, output) == (.usage, ""))
        #expect(error.contains("Commands:"))
    }

    @Test func `operands and repeated options are read in order`() throws {
        let command = Command(
            name: "x",
            summary: "",
            options: [.config, .set],
            operand: "FILE",
            example: "",
            run: { _, _ in .success }
        )
        let parsed = try command.parse(["--set", "a=1", "file", "--set=b=2", "--config=c"])
        #expect(parsed.all(.set) == ["a=1", "b=2"])
        #expect(parsed.one(.config) == "c")
        #expect(parsed.operand == "file")
        let missing = #expect(throws: UsageError.self) { try command.parse([]) }
        #expect(missing?.text == "FILE is missing")
    }

    @Test func `a command takes as many operands as it says`() throws {
        let command = Command(
            name: "x y",
            summary: "",
            operand: "ID",
            operandCount: 0...2,
            example: "",
            run: { _, _ in .success }
        )
        #expect(try command.parse([]).operands == [])
        #expect(try command.parse(["1", "2"]).operands == ["1", "2"])
        let third = #expect(throws: UsageError.self) { try command.parse(["1", "2", "3"]) }
        #expect(third?.text == "unexpected argument \"3\"")
        #expect(command.help(program: "p").contains("Usage: p x y [ID]...\n"))
    }

    @Test func `the command with the longest name that matches is run`() async {
        let commands = ["x", "x y"].map { name in
            Command(
                name: name,
                summary: "",
                operand: "ID",
                example: "",
                run: { arguments, console in
                    console.output("\(name): \(arguments.operands)\n")
                    return .success
                }
            )
        }
        let program = Program(name: "p", summary: "", commands: commands)
        let recorder = ConsoleRecorder()
        for arguments in [["x", "1"], ["x", "y", "1"], ["x", "--", "y"]] {
            #expect(await program.run(arguments, console: recorder.console) == .success)
        }
        #expect(recorder.output == "x: [\"1\"]\nx y: [\"1\"]\nx: [\"y\"]\n")
    }

    private static let flagged = Command(
        name: "x",
        summary: "",
        options: [.config, CommandOption(flag: "--json", summary: "")],
        operand: "FILE",
        example: "",
        run: { _, _ in .success }
    )

    @Test func `a flag takes no value, and behind two dashes nothing is an option`() throws {
        let flag = Self.flagged.options[1]
        let parsed = try Self.flagged.parse(["--json", "file", "--config", "c"])
        #expect(parsed.has(flag))
        #expect(parsed.has(.config))
        #expect((parsed.operand, parsed.one(flag)) == ("file", nil))
        let operand = try Self.flagged.parse(["--", "--json"])
        #expect(!operand.has(flag))
        #expect(operand.operand == "--json")
        #expect(try Self.flagged.parse(["--", "--"]).operand == "--")
        for (arguments, text) in [
            (["file", "--json=yes"], "--json takes no value"),
            (["file", "--json", "--json"], "--json is given twice"),
            (["--", "file", "--json"], "unexpected argument \"--json\""),
        ] {
            let error = #expect(throws: UsageError.self) { try Self.flagged.parse(arguments) }
            #expect(error?.text == text)
        }
        #expect(Self.flagged.help(program: "p").contains("p x [--config FILE] [--json] FILE\n"))
    }

    @Test func `help is asked for by an option, not by an operand`() async {
        let program = Program(name: "p", summary: "", commands: [Self.flagged])
        let recorder = ConsoleRecorder()
        #expect(await program.run(["x", "--", "-h"], console: recorder.console) == .success)
        #expect(recorder.output == "")
        #expect(await program.run(["x", "-h"], console: recorder.console) == .success)
        #expect(recorder.output.contains("Usage: p x"))
    }

    @Test func `output that is lost is an error`() async {
        let console = Console { (_, _) throws(SystemError) in
            throw SystemError(call: "write", code: 28)
        }
        #expect(await Program.receiver.run(["--version"], console: console) == .inputOutput)
    }

    @Test func `check-config prints what is in effect`() async throws {
        let fixture = try ConfigurationFixture()
        let (code, output, error) = await run([
            "check-config", "--config", fixture.file, "--set", "internal.tokens=[]",
        ])
        #expect(code == .success)
        let line = "--set: internal.tokens: warning: is empty: no client can use the internal API\n"
        #expect(error == line)
        guard case .object(let sections) = try JSON5Parser.parse(output) else {
            Issue.record("no object")
            return
        }
        #expect(sections.contains { $0.name == "cashIn" })
        #expect(!output.contains(ConfigurationFixture.token))
    }

    @Test(arguments: ["check-config", "serve"])
    func `every problem is a line and the exit code 78`(_ command: String) async throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("config.json5", "{ lg: {}, cashIn: { clientId: 'C' } }")
        let (code, output, error) = await run([command, "--config", fixture.file])
        #expect((code, output) == (.configuration, ""))
        let url =
            "expected the URL registered with the gateway, "
            + "such as https://pay.example.id/v1.0/debit/notify"
        #expect(
            fixture.shown(error)
                == """
                FILE: notify.publicURL: is missing, \(url)
                FILE: lg: is unknown, expected a known key; the nearest is log

                """
        )
    }

    @Test func `keygen writes a pair that belongs together`() async throws {
        let directory = try TemporaryDirectory()
        let (code, output, _) = await run(["keygen", "--out=\(directory.path)"])
        #expect(code == .success)
        let privateKey = try RSAPrivateKey(directory.read("merchant-private.pem"))
        let publicKey = try RSAPublicKey(directory.read("merchant-public.pem"))
        #expect(privateKey.publicKey == publicKey)
        #expect(output.contains(publicKey.fingerprint))
        #expect(try directory.read("merchant-private.pem").hasPrefix("-----BEGIN PRIVATE KEY-----"))
        #expect(await run(["keygen", "--out", directory.path]).code == .inputOutput)
    }
}

/// Runs a command line of the receiver.
func run(_ arguments: [String]) async -> (code: ExitCode, output: String, error: String) {
    let recorder = ConsoleRecorder()
    let code = await Program.receiver.run(arguments, console: recorder.console)
    return (code, recorder.output, recorder.error)
}

extension Command: CustomTestStringConvertible {
    var testDescription: String { name }
}
