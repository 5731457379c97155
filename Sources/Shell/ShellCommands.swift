package import Commands

extension Command {
    /// The commands that only call the internal API of a running daemon, in the order of the
    /// program's help.
    package static let overAPI: [Command] = [
        .health, .generate, .qr, .query, .find, .transaction, .transactions, .transitions,
        .consumers, .showConsumer, .moveConsumer, .deleteConsumer, .callbacks, .callback,
        .attention, .resolve, .accept, .reconcile, .replay, .summarize, .export, .compare,
        .dossier, .gatewayReport, .selfTest, .forward,
    ]
}
