package import Commands
import FileCommands
import ReceiverClient
import Shell

extension Program {
    /// The program `cashin-receiver`.
    package static let receiver = Program(
        name: programName,
        summary: "Receives the payment notifications of Cash In QRIS, durably and verified.",
        commands: [.initialize, .serve] + Command.preparing + Command.overAPI + Command.onFiles
    )
}
