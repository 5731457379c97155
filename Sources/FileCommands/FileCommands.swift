package import Commands

// The commands of this target, in the order of the program's help.
extension Command {
    /// The commands that check a configuration and create keys; ``initialize`` precedes them.
    package static let preparing: [Command] = [.checkConfig, .keygen, .newToken, .testAlerts]

    /// The commands that work on files: a saved request, a backup, or the database. `prune` leaves
    /// the database of a running daemon to the daemon.
    package static let onFiles: [Command] = [
        .diagnose, .prune, .backup, .verifyBackup, .restore, .newFeed, .importDatabase,
    ]
}
