import Foundation
import Support
import Testing

@testable import SQLiteStore

/// When the WAL is checkpointed.
@Suite(.onSQLite) struct CheckpointTests {
    /// A disk by its two costs, in nanoseconds.
    private struct Disk {
        /// One sync.
        let sync: UInt64
        /// Copying one page to the database file.
        let page: UInt64
    }

    /// Commits of 20 pages on `disk`; returns the pauses, in commits of this disk.
    private func run(_ pace: inout CheckpointPace, on disk: Disk, commits: Int) -> [Double] {
        var walPages = 0
        var pauses: [Double] = []
        for _ in 0..<commits {
            walPages += 20
            pace.recordCommit(nanoseconds: disk.sync, walPages: walPages)
            guard pace.isDue else { continue }
            let pause = 2 * disk.sync + UInt64(walPages) * disk.page
            pace.recordCheckpoint(nanoseconds: pause)
            pauses.append(Double(pause) / Double(disk.sync))
            // No reader: the next commit starts at the beginning of the file.
            walPages = 0
        }
        return pauses
    }

    @Test func `where pages are cheap and syncs are not, checkpoints become fewer`() {
        var pace = CheckpointPace()
        let first = pace.pages
        let pauses = run(&pace, on: Disk(sync: 5_000_000, page: 5_000), commits: 2_000)
        #expect(pace.pages > first)
        #expect(pauses.allSatisfy { $0 <= 6 }, "\(pauses)")
    }

    @Test func `where pages are not cheap, checkpoints stay small`() {
        var pace = CheckpointPace()
        let first = pace.pages
        let pauses = run(&pace, on: Disk(sync: 1_000_000, page: 20_000), commits: 2_000)
        #expect(pace.pages == first)
        #expect(pauses.count >= 2_000 / 13 - 1)
    }

    @Test func `a disk that becomes slow gets smaller checkpoints again`() {
        var pace = CheckpointPace()
        _ = run(&pace, on: Disk(sync: 5_000_000, page: 1_000), commits: 5_000)
        let before = pace.pages
        let pauses = run(&pace, on: Disk(sync: 2_000_000, page: 100_000), commits: 5_000)
        #expect(pace.pages < before)
        #expect(pauses.last ?? 0 < pauses.first ?? 0)
    }

    @Test func `pages that a reader keeps in the WAL are not tried at each commit`() {
        var pace = CheckpointPace()
        var walPages = 0
        var checkpoints = 0
        for _ in 0..<1_000 {
            walPages += 20
            pace.recordCommit(nanoseconds: 1_000_000, walPages: walPages)
            guard pace.isDue else { continue }
            checkpoints += 1
            pace.recordCheckpoint(nanoseconds: 10_000)
        }
        #expect(checkpoints <= 20_000 / 250)
        // The reader has gone, and the WAL was restarted.
        pace.recordCommit(nanoseconds: 1_000_000, walPages: 20)
        #expect(!pace.isDue)
        pace.recordCommit(nanoseconds: 1_000_000, walPages: pace.pages)
        #expect(pace.isDue)
    }

    @Test func `the WAL of a store does not outgrow the largest interval`() async throws {
        let test = try await TestStore()
        for number in 0..<1_200 {
            let delivery = try TestDelivery {
                $0.setReferences(number)
            }.delivery
            _ = try await test.deliver(delivery)
        }
        let wal = try FileManager.default.attributesOfItem(atPath: test.path + "-wal")
        let pages = (wal[.size] as? Int ?? 0) / 4_120
        #expect((1...4_100).contains(pages), "\(pages)")
    }
}
