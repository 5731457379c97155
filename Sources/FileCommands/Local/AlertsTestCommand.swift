import AlertMessages
import Alerts
package import Commands
import Configuration
import ReceiverClient
import Text

extension Command {
    package static let testAlerts = Command(
        name: "alerts test",
        summary: "Sends a test message to the receivers of alerts, and says what came of it.",
        options: [.config, .set],
        operand: "NAME",
        operandCount: 0...1,
        details: [
            "Without NAME, every element of alerts in the configuration is tested. The message is "
                + "built",
            "and sent as the daemon does it; the daemon need not run. Nothing is recorded.",
        ],
        exitCodes: [.unavailable, .configuration],
        meanings: [
            .unavailable: "a receiver did not respond, or cannot accept messages now",
            .configuration: "the configuration is invalid or has no alerts, or a receiver rejected "
                + "the message",
        ],
        example: "alerts test ops",
        run: testAlerts
    )

    @Sendable private static func testAlerts(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        switch loadConfiguration(arguments, console) {
        case .failure(let failure): return failure.code
        case .success((_, let loaded)):
            do throws(CommandProblem) {
                let alerts = try chosen(arguments.operand, among: loaded)
                return await test(alerts, EntriesAddress(loaded.configuration), console)
            } catch {
                for line in error.lines { console.complain("\(programName) alerts test: \(line)") }
                return error.code
            }
        }
    }

    /// The alert with this name, or all.
    private static func chosen(
        _ name: String?,
        among loaded: LoadedConfiguration
    ) throws(CommandProblem) -> [Configuration.Alert] {
        let alerts = loaded.configuration.alerts
        if alerts.isEmpty {
            throw CommandProblem(.configuration, "alerts is empty in \(loaded.file)")
        }
        guard let name else { return alerts }
        if let alert = alerts.first(where: { $0.name == name }) { return [alert] }
        let known = alerts.map(\.name).joined(separator: ", ")
        throw CommandProblem(.usage, "no alert is named \(quoted(name)), expected one of: \(known)")
    }

    /// Sends one message after the other, and prints a line about each.
    private static func test(
        _ alerts: [Configuration.Alert],
        _ address: EntriesAddress,
        _ console: Console
    ) async -> ExitCode {
        let sender = AlertSender()
        var code = ExitCode.success
        for alert in alerts {
            let message = AlertMessage(testOf: alert.name, url: address.all)
            let result: String
            switch await sender.send(message, to: alert) {
            case .sent(let status): result = "sent, \(alert.url) responded with \(status)"
            case .failed(let reason, _):
                result = "not sent: \(reason)"
                code = .unavailable
            case .rejected(let reason):
                result = "rejected: \(reason)"
                if code == .success { code = .configuration }
            case .interrupted:
                result = "interrupted"
                code = .unavailable
            }
            console.output("\(alert.name): \(result)\n")
        }
        await sender.close()
        return code
    }
}
