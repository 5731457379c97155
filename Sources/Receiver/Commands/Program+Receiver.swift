package import Commands

extension Program {
    /// The program `cashin-receiver`.
    package static let receiver = Program(
        name: "cashin-receiver",
        summary: "Receives the payment notifications of Cash In QRIS, durably and verified.",
        commands: [
            .initialize, .serve, .checkConfig, .keygen, .generate, .query, .transaction,
            .transactions, .transitions, .callbacks, .attention, .resolve, .accept, .reconcile,
            .replay, .prune, .dossier, .gatewayReport, .diagnose, .backup,
            .verifyBackup, .restore, .newFeed,
        ]
    )
}
