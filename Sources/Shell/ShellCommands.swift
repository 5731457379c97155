package import Commands

/// The program that the commands belong to, as it is named in usage and errors.
package let programName = "cashin-receiver"

/// The commands beside `serve`, in the order of the program's help.
extension Command {
    /// Those that check a configuration and make what it names; ``initialize`` comes before.
    package static let preparing: [Command] = [.checkConfig, .keygen]

    /// Those that talk to a running daemon over the internal API.
    package static let overAPI: [Command] = [
        .generate, .query, .transaction, .transactions, .transitions, .callbacks, .attention,
        .resolve, .accept, .reconcile, .replay, .prune, .dossier, .gatewayReport,
    ]

    /// Those that work on files: a captured request, a backup, the database of a stopped daemon.
    package static let onFiles: [Command] = [
        .diagnose, .backup, .verifyBackup, .restore, .newFeed,
    ]
}
