package import Commands
import HTTPClient
import HTTPCore
import Logging
import System

extension Program {
    /// The program `cashin-simulator`.
    package static let simulator = Program(
        name: "cashin-simulator",
        summary: "Simulates the gateway of Cash In QRIS, for development and tests.",
        commands: [.serve, .faults]
    )
}

extension Command {
    /// `serve`: runs the simulator until SIGTERM or SIGINT.
    static let serve = Command(
        name: "serve",
        summary: "Serves generate and query, and sends callbacks, until it is stopped.",
        options: SimulatorOptions.all,
        details: controlAPI,
        exitCodes: [.badData, .unavailable, .internalError, .inputOutput],
        example: "serve --keys keys --notify-url http://127.0.0.1:8080/v1.0/debit/notify",
        run: runServe
    )

    /// `faults`: one line for each fault, in two columns.
    static let faults = Command(
        name: "faults",
        summary: "Lists the faults for --fault and for the member \"faults\" of a request.",
        example: "faults",
        run: { _, console in
            let width = Fault.all.map(\.usage.count).max() ?? 0
            for fault in Fault.all {
                let padding = String(repeating: " ", count: width - fault.usage.count)
                console.output("\(fault.usage)\(padding)  \(fault.summary)\n")
                for line in lines(of: fault.values, width: 98 - width) {
                    console.output(String(repeating: " ", count: width + 2) + line + "\n")
                }
            }
            return .success
        }
    )
}

/// The section of `serve --help` about the control API.
private let controlAPI = [
    "Control API (plain HTTP on --listen, without a token; bodies are JSON, may be empty):",
    "  GET  /simulator/transactions             Lists the payments, oldest first.",
    "  GET  /simulator/transactions/REF         Shows one payment with its callbacks.",
    "  POST /simulator/transactions/REF/pay     Pays it and sends the callback with 00.",
    "  POST /simulator/transactions/REF/cancel  Cancels it and sends the callback with 05.",
    "  POST /simulator/faults                   Replaces the faults of --fault.",
    "  POST /simulator/release                  Sends the callbacks that reorder delays.",
    "  Members of a body: \"faults\", an array such as [\"duplicate=2\", \"delay=500\"];",
    "  \"wait\": true, so that pay and cancel respond when all attempts are over;",
    "  \"amount\": \"10000.00\", so that pay creates an unknown payment first.",
]

/// The values, separated by commas, in lines of at most `width` characters.
private func lines(of values: [String], width: Int) -> [String] {
    var lines: [String] = []
    for value in values {
        if let last = lines.last, last.count + value.count + 2 <= width {
            lines[lines.count - 1] = last + ", " + value
        } else {
            lines.append(value)
        }
    }
    return lines
}

@Sendable private func runServe(_ arguments: CommandArguments, _ console: Console) async -> ExitCode
{
    Signals.ignoreWriteSignals()
    do throws(SimulatorFailure) {
        let options = SimulatorOptions(arguments)
        let (events, continuation) = AsyncStream.makeStream(of: Signal.self)
        let signals = Signals([.terminate, .interrupt]) { continuation.yield($0) }
        defer { _ = signals }
        let simulator = try options.makeSimulator()
        for await _ in events { break }
        await simulator.stop()
        return .success
    } catch {
        console.complain("cashin-simulator serve: \(error.text)")
        return error.code
    }
}

/// Why a command fails: the exit code, and the text for standard error.
struct SimulatorFailure: Error {
    let code: ExitCode
    let text: String

    init(_ code: ExitCode, _ text: String) {
        self.code = code
        self.text = text
    }
}
