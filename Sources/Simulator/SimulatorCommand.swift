package import Commands
import HTTPClient
import HTTPCore
import Logging
import System

extension Program {
    /// The program `cashin-simulator`.
    package static let simulator = Program(
        name: "cashin-simulator",
        summary: "Stands in for the gateway of Cash In QRIS, for development and tests.",
        commands: [.serve, .faults]
    )
}

extension Command {
    static let serve = Command(
        name: "serve",
        summary: "Serves generate and query, and calls back, until it is stopped.",
        options: SimulatorOptions.all,
        exitCodes: [.badData, .unavailable, .internalError, .inputOutput],
        example: "serve --keys keys --notify-url http://127.0.0.1:8080/v1.0/debit/notify",
        run: runServe
    )

    static let faults = Command(
        name: "faults",
        summary: "Lists what --fault and the member \"faults\" of a request can say.",
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

/// Why the command cannot do its work.
struct SimulatorFailure: Error {
    let code: ExitCode
    let text: String

    init(_ code: ExitCode, _ text: String) {
        self.code = code
        self.text = text
    }
}
