import Glibc
import Ledger
import Payments
import SQLite
import Support
import Synchronization
import System
import Testing

@testable import SQLiteFiles
@testable import SQLiteStore
@testable import Store

/// Reads of a main database that is damaged, replaced or locked.
@Suite(.onSQLite, .timeLimit(.minutes(10))) struct DamagedReadTests {
    private final class Damage: Sendable {
        let found = Mutex<[StoreError]>([])

        var hooks: Store.Hooks {
            Store.Hooks(damageFound: { error in self.found.withLock { $0.append(error) } })
        }

        var count: Int { found.withLock(\.count) }
    }

    @Test func `a damaged page is refused and reported once, and all else is shown`() async throws {
        let before = try await TestStore()
        let body = String(repeating: "x", count: 60_000)
        let id = try await before.deliver { $0.salt = body }.callbackID
        try await before.deliver {
            $0.partner = "PAY-2"
            $0.reference = "TRX-2"
            $0.externalID = "id-2"
        }
        await before.store.close()
        try Self.flipBit(in: before.path)
        let damage = Damage()
        let test = try await TestStore(in: before.directory, hooks: damage.hooks)
        for _ in 1...3 {
            await #expect(throws: StoreError.self) { try await test.callback(id) }
        }
        #expect(damage.count == 1)
        #expect(try await test.callback(id + 1).outcome == .applied)
        #expect(try await test.feed().count == 2)
        await test.store.close()
    }

    /// Changes a bit in the middle of the long body.
    private static func flipBit(in path: String) throws {
        var bytes = try FileContents(reading: path, bytesMax: 1 << 26).bytes
        // Most of a page, so that it is one of the body's own.
        let run = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000)
        let found = try #require(bytes.firstRange(of: run))
        bytes[found.lowerBound + 1_500] ^= 1
        try FileCreation.remove(path)
        try FileCreation.write(bytes, to: path, mode: 0o600)
    }

    @Test func `each page is reported once, and no more than 32 of them`() {
        let damage = Damage()
        let report = DamageReport(onDamage: damage.hooks.damageFound)
        for page in 1...40 {
            for _ in 1...2 {
                report.report(StoreError(.damaged, "page \(page)", context: "read"))
            }
        }
        #expect(damage.count == 32)
        #expect(Set(damage.found.withLock { $0.map(\.message) }).count == 32)
    }

    @Test func `rows of another file at the path are not shown`() async throws {
        let test = try await TestStore()
        try await test.deliver { _ in }
        #expect(try await test.feed().count == 1)
        let away = test.directory.file("away.db")
        for suffix in ["", "-wal", "-shm"] {
            try FileCreation.rename(test.path + suffix, to: away + suffix)
        }
        _ = try MainDatabase.made(test.path)
        test.store.reader.closeFiles()
        let error = await #expect(throws: StoreError.self) { try await test.feed() }
        #expect(error?.message.contains("removed, moved or replaced") == true)
        for suffix in ["", "-wal", "-shm"] {
            try? FileCreation.remove(test.path + suffix)
            try FileCreation.rename(away + suffix, to: test.path + suffix)
        }
        #expect(try await test.feed().count == 1)
        await test.store.close()
    }

    @Test func `a commit that waits for a lock in vain fails, and the next one is stored`()
        async throws
    {
        let test = try await TestStore()
        try await test.deliver { _ in }
        var other: Connection? = try test.connection(.readWrite)
        try other?.execute("BEGIN IMMEDIATE")
        let delivery = try TestDelivery {
            $0.partner = "PAY-2"
            $0.reference = "TRX-2"
            $0.externalID = "id-2"
        }.delivery
        let refused = await test.deliver([delivery])
        let error = #expect(throws: StoreError.self) { try refused[0].get() }
        #expect(error?.message == "database is locked")
        other = nil
        #expect(try await test.deliver(delivery).sequence == 2)
        #expect(test.store.commitFailure == nil)
        await test.store.close()
    }
}
