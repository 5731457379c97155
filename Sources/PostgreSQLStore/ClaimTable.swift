import PostgreSQL
import Store
import Synchronization
import System

/// The claims of all receivers: who does which work (see ``WorkClaim``).
///
/// Used inside a write only. Writes come one after the other, so no row has to be locked.
struct ClaimTable {
    private let database: PostgreSQLDatabase

    init(_ database: PostgreSQLDatabase) { self.database = database }

    /// Claims what no other claim has; returns the fencing numbers of the new claims.
    func claim(
        _ work: [SharedWork],
        forSeconds seconds: Int,
        renewsOwn: Bool,
        _ known: KnownClaims
    ) throws(StoreError) -> [SharedWork: Int64] {
        let named = Dictionary(work.map { ($0.name, $0) }) { first, _ in first }
        let present = try rows(
            Query(
                "SELECT work, owner, fence, renewals, seconds FROM claims WHERE work = ANY ($1)",
                .texts(named.keys.sorted())
            )
        ).map { row in
            SeenClaim(
                work: row.text(0),
                owner: row.text(1),
                fence: row.integer(2),
                renewals: row.integer(3),
                seconds: row.integer(4)
            )
        }
        let others = known.lasting(among: present, includingOwn: !renewsOwn)
        let free = named.keys.filter { !others.contains($0) }.sorted()
        if free.isEmpty { return [:] }
        let made = try rows(
            Query(
                """
                INSERT INTO claims (work, owner, fence, seconds)
                SELECT work, $2, nextval('fences'), $3 FROM unnest($1) AS free (work)
                ON CONFLICT (work) DO UPDATE
                SET owner = EXCLUDED.owner, fence = EXCLUDED.fence, renewals = 0,
                    seconds = EXCLUDED.seconds
                RETURNING work, fence
                """,
                .texts(free),
                .text(known.owner),
                .integer(Int64(seconds))
            )
        )
        return made.reduce(into: [:]) { fences, row in
            if let work = named[row.text(0)] { fences[work] = row.integer(1) }
        }
    }

    /// Renews a claim; false if it has been lost.
    func renew(_ claim: WorkClaim) throws(StoreError) -> Bool {
        try isFound(
            Query(
                """
                UPDATE claims SET renewals = renewals + 1 WHERE work = $1 AND fence = $2
                RETURNING fence
                """,
                .text(claim.work.name),
                .integer(claim.fence)
            )
        )
    }

    /// Ends a claim; false if it had been lost.
    func release(_ claim: WorkClaim) throws(StoreError) -> Bool {
        try isFound(
            Query(
                "DELETE FROM claims WHERE work = $1 AND fence = $2 RETURNING fence",
                .text(claim.work.name),
                .integer(claim.fence)
            )
        )
    }

    private func isFound(_ query: Query) throws(StoreError) -> Bool { try !rows(query).isEmpty }

    private func rows(_ query: Query) throws(StoreError) -> [ResultRow] {
        try database.results([query]).first.map { Array($0.rows) } ?? []
    }
}

/// A claim as it was read.
struct SeenClaim: Equatable {
    let work: String

    /// The process that made it.
    let owner: String
    let fence: Int64
    let renewals: Int64

    /// How long it lasts.
    let seconds: Int64
}

/// Since when this process has seen the claims that stand in its way, and found them unchanged.
final class KnownClaims: Sendable {
    private struct Sight {
        let claim: SeenClaim

        /// By the monotonic clock.
        let nanoseconds: UInt64
    }

    private let sights = Mutex<[String: Sight]>([:])
    private let now: @Sendable () -> UInt64

    /// The name of this process in its claims.
    let owner = "\(UInt64.random(in: 0...UInt64.max))"

    /// The maximum of claims that are remembered; beyond it all are forgotten, so that their time
    /// counts from the next sight.
    private static let countMax = 10_000

    init(now: @escaping @Sendable () -> UInt64 = SystemClock.monotonicNanoseconds) {
        self.now = now
    }

    /// The work whose claims are not over.
    ///
    /// - Parameter includesOwn: whether the claims of this process count.
    func lasting(among claims: [SeenClaim], includingOwn includesOwn: Bool) -> Set<String> {
        let now = now()
        return sights.withLock { sights in
            if sights.count > Self.countMax { sights = [:] }
            return claims.reduce(into: []) { lasting, claim in
                if claim.owner == owner, !includesOwn { return }
                let known = sights[claim.work].flatMap { $0.claim == claim ? $0 : nil }
                let sight = known ?? Sight(claim: claim, nanoseconds: now)
                let isOver = now - sight.nanoseconds >= UInt64(claim.seconds) * 1_000_000_000
                sights[claim.work] = isOver ? nil : sight
                if !isOver { lasting.insert(claim.work) }
            }
        }
    }
}
