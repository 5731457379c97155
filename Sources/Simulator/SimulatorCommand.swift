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
            }
            return .success
        }
    )
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
