/// Decides when the writer checkpoints the WAL (article Storage).
///
/// A checkpoint copies pages from the WAL to the database file and syncs both, while the next
/// commit waits: that pause is the tail of the response times. Small checkpoints have short pauses;
/// each also has fixed costs, its syncs, which weigh on a slow disk. So the number of pages between
/// two checkpoints follows from what is measured: the pause is to be no longer than
/// ``pauseCommits`` commits, and below that the checkpoints are to take little of the time.
struct CheckpointPace {
    /// The fewest and the most pages between two checkpoints: 1 MB and 16 MB.
    private static let pagesRange = 250...4_000

    /// The longest pause, in commits of average length.
    private static let pauseCommits: UInt64 = 6

    /// Pauses up to this are never too long, in nanoseconds: 5 ms.
    private static let pauseMin: UInt64 = 5_000_000

    /// The part of the time that checkpoints may take before they become fewer: one in this many.
    private static let shareDivisor: UInt64 = 8

    /// The pages between two checkpoints at present.
    private(set) var pages = Self.pagesRange.lowerBound

    /// The pages in the WAL after the last commit.
    private var walPages = 0

    /// The pages in the WAL at the last checkpoint; 0 once the WAL has been restarted.
    private var checkpointedPages = 0

    /// The moving average of a commit's duration, in nanoseconds.
    private var commitNanoseconds: UInt64 = 0

    /// The durations of all commits since the last checkpoint, in nanoseconds.
    private var committingNanoseconds: UInt64 = 0

    /// Records a commit.
    ///
    /// - Parameter walPages: the pages in the WAL after it. Fewer than before mean that the WAL was
    ///   restarted, as the first commit after a complete checkpoint does.
    mutating func recordCommit(nanoseconds: UInt64, walPages: Int) {
        if walPages < self.walPages { checkpointedPages = 0 }
        self.walPages = walPages
        committingNanoseconds += nanoseconds
        commitNanoseconds =
            commitNanoseconds == 0 ? nanoseconds : (commitNanoseconds * 15 + nanoseconds) / 16
    }

    /// Whether the WAL is to be checkpointed now.
    ///
    /// Counts from the last checkpoint, not from the start of the WAL: a long read keeps pages in
    /// the WAL, and trying again after each commit would copy few pages for two syncs.
    var isDue: Bool { walPages - checkpointedPages >= pages }

    /// Records the duration of a checkpoint, and adapts ``pages``.
    mutating func recordCheckpoint(nanoseconds: UInt64) {
        let longest = max(commitNanoseconds * Self.pauseCommits, Self.pauseMin)
        if nanoseconds > longest {
            pages = max(pages / 2, Self.pagesRange.lowerBound)
        } else if nanoseconds * 2 <= longest,
            nanoseconds * Self.shareDivisor > committingNanoseconds
        {
            pages = min(pages * 2, Self.pagesRange.upperBound)
        }
        checkpointedPages = walPages
        committingNanoseconds = 0
    }
}
