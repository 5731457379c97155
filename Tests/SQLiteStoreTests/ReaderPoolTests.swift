@testable import SQLReaders
import Foundation
import Glibc
@testable import SQLiteStore
import Synchronization
import Testing

@testable import Store

/// Reads beside one another.
@Suite(.timeLimit(.minutes(10))) struct ReaderPoolTests {
    private final class Reports: Sendable {
        let isOver = Mutex(false)
        let startedCount = Mutex(0)
    }

    @Test func `reports that take long delay neither the feed nor a look-up`() async throws {
        let test = try await TestStore()
        try await test.deliver { _ in }
        let reader = try #require(test.store.reader as? DatabaseReader)
        let reports = Reports()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // More than there are connections.
            for _ in 0..<8 {
                group.addTask {
                    try await reader.read(.report) { _ in
                        reports.startedCount.withLock { $0 += 1 }
                        while !reports.isOver.withLock({ $0 }) { usleep(1_000) }
                    }
                }
            }
            while reports.startedCount.withLock({ $0 }) == 0 { await Task.yield() }
            for _ in 0..<20 {
                #expect(try await reader.feed(FeedQuery(after: 0), limit: 1).head == 1)
                #expect(try await test.transaction("TRX-1") != nil)
                #expect(try await reader.consumer("none") == nil)
            }
            reports.isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        #expect(reports.startedCount.withLock { $0 } == 8, "every report had its turn")
    }

    @Test func `nothing opens the database again after the stop`() async throws {
        let test = try await TestStore()
        try await test.deliver { _ in }
        let reader = test.store.reader
        #expect(try await reader.feed(FeedQuery(after: 0), limit: 1).head == 1)
        await test.store.close()
        let error = await #expect(throws: StoreError.self) { try await test.transaction("TRX-1") }
        #expect(error == .closed)
        await #expect(throws: StoreError.self) { try await reader.feedBounds() }
        #expect(try openFiles().filter { $0.hasPrefix(test.path) } == [])
    }

    /// What the descriptors of this process are open on.
    private func openFiles() throws -> [String] {
        let directory = "/proc/self/fd"
        return try FileManager.default.contentsOfDirectory(atPath: directory).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
        }
    }
}
