import Commands
import Crypto
import Support
import System
import Synchronization
import Testing

@testable import Simulator

struct SimulatorCommandTests {
    private func run(_ arguments: [String]) async -> (code: ExitCode, output: String, error: String)
    {
        let texts = Recorder()
        let console = Console { (stream, bytes) throws(SystemError) in
            let text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
            texts.add(text, isOutput: stream == .output)
        }
        let code = await Program.simulator.run(arguments, console: console)
        return (code, texts.output, texts.error)
    }

    private final class Recorder: Sendable {
        private let texts = Mutex<(output: String, error: String)>(("", ""))
        var output: String { texts.withLock { $0.output } }
        var error: String { texts.withLock { $0.error } }

        func add(_ text: String, isOutput: Bool) {
            texts.withLock { isOutput ? ($0.output += text) : ($0.error += text) }
        }
    }

    @Test func `every command explains itself`() async {
        for command in Program.simulator.commands {
            let (code, output, _) = await run([command.name, "--help"])
            #expect(code == .success)
            #expect(output.hasPrefix(command.summary))
            #expect(output.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
    }

    @Test func `the faults are listed as they are written`() async {
        let (code, output, _) = await run(["faults"])
        #expect(code == .success)
        let lines = output.split(separator: "\n")
        #expect(lines.count { !$0.hasPrefix(" ") } == Fault.all.count)
        for value in Fault.all.flatMap(\.values) { #expect(output.contains(value)) }
        #expect(Set(Fault.all.map(\.name)).count == Fault.all.count)
    }

    @Test func `the help of serve has the control API`() async {
        let output = await run(["serve", "--help"]).output
        for route in ["transactions", "transactions/REF", "REF/pay", "REF/cancel", "release"] {
            #expect(output.contains("/simulator/" + route) || output.contains(route))
        }
        for member in ["\"faults\"", "\"wait\"", "\"amount\""] { #expect(output.contains(member)) }
    }

    @Test func `generated keys have the names that the receiver expects`() throws {
        let directory = try TemporaryDirectory()
        let keys = try SimulatorKeys(
            directory: directory.path,
            gatewayFile: nil,
            merchantFile: nil
        )
        #expect(try directory.read("cashin-public.pem") == keys.gateway.publicKey.pem())
        let secret = try RSAPrivateKey(directory.read("merchant-private.pem"))
        #expect(secret.publicKey == keys.merchant)
        #expect(try directory.read("merchant-public.pem") == keys.merchant.pem())
    }

    @Test(arguments: [
        ([], "--keys DIR is missing, or --gateway-key and --merchant-key"),
        (["--keys", "x", "--notify-url", "pay"], "--notify-url: does not begin with http:// or"),
        (["--keys", "x", "--listen", "9080"], "--listen: \"9080\" is not an address"),
        (["--keys", "x", "--log-format", "xml"], "--log-format: \"xml\" is not a format"),
        (["--gateway-key", "/nowhere", "--merchant-key", "/nowhere"], "cannot read /nowhere: "),
    ])
    func `a wrong option is explained`(_ arguments: [String], _ text: String) async {
        let (code, output, error) = await run(["serve"] + arguments)
        #expect(code == (text.hasPrefix("cannot") ? .inputOutput : .usage))
        #expect(output == "")
        #expect(error.hasPrefix("cashin-simulator serve: \(text)"), "\(error)")
    }
}
