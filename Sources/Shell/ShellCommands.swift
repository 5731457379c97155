package import Commands

/// The name of the program in usage texts and errors.
package let programName = "cashin-receiver"

/// The commands other than `serve`, in the order of the program's help.
extension Command {
    /// The commands that check a configuration and create keys; ``initialize`` precedes them.
    package static let preparing: [Command] = [.checkConfig, .keygen, .newToken, .testAlerts]

    /// The commands that call the internal API of a running daemon.
    package static let overAPI: [Command] = [
        .generate, .query, .find, .transaction, .transactions, .transitions, .callbacks, .attention,
        .resolve, .accept, .reconcile, .replay, .prune, .summarize, .export, .dossier,
        .gatewayReport, .selfTest, .forward,
    ]

    /// The commands that work on files: a saved request, a backup, or the database of a stopped
    /// daemon.
    package static let onFiles: [Command] = [
        .diagnose, .backup, .verifyBackup, .restore, .newFeed,
    ]
}
