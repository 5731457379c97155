/// What the nemesis does to the scene in one round; it is undone before the next one.
enum NemesisFault: CaseIterable {
    case nothing
    case receiverKilled
    case receiverStopped
    case bothReceiversKilled
    case receiversUpgraded
    case primaryRestarted
    case primaryStopped
    case standbyRestarted
    case standbyStopped
    case primaryDiskFull
    case standbyDiskFull
    case receiverPartitioned
    case standbyPartitioned
    case waitsCancelled
    case promoted
    case promotedBesideOldPrimary
    case promotedAfterCancelledWaits

    /// Those of the short form, in a fixed order; each kind of change of the scene once.
    static let short: [NemesisFault] = [
        .receiverKilled, .promotedAfterCancelledWaits, .receiverPartitioned, .receiversUpgraded,
        .primaryDiskFull, .standbyDiskFull,
    ]
}
