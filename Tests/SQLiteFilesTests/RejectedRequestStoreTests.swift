import Foundation
import SQLite
import Store
import Support
import Synchronization
import Testing

@testable import SQLiteFiles

/// The bounded keep of what was not authentic (contract section 7).
@Suite struct RejectedRequestStoreTests {
    private let directory: TemporaryDirectory
    private let failures = Failures()

    private final class Failures: Sendable {
        let all = Mutex<[SideFileTrouble]>([])
    }

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("refused") }

    private func keep(max: Int = 30) -> RejectedRequestStore {
        let failures = failures
        return RejectedRequestStore(
            file: SideFile(
                path: path,
                onTrouble: { trouble in failures.all.withLock { $0.append(trouble) } }
            ),
            requestsMax: max,
            callbackIDs: CallbackIDs(newest: 0)
        )
    }

    private func refusal(_ number: Int, isPlausible: Bool = true, bytes: Int = 1) -> RejectedRequest
    {
        RejectedRequest(
            receivedMilliseconds: Int64(number),
            client: "203.0.113.7",
            head: [],
            body: [UInt8](repeating: 0, count: bytes),
            code: "4015600",
            problem: "Unauthorized. [Signature]",
            externalID: nil,
            isPlausible: isPlausible
        )
    }

    /// The kept numbers of one kind, oldest first.
    private func kept(isPlausible: Bool) throws -> [Int64] {
        try Connection(path: path, mode: .readOnly)
            .prepare("SELECT received_at FROM refusals WHERE is_plausible = ? ORDER BY id")
            .all(
                { $0.integer(isPlausible ? 1 : 0) },
                row: { $0.integer(0) }
            )
    }

    @Test(arguments: [
        (29, true, 1, "one below the bound"), (30, true, 1, "at the bound"),
        (31, true, 2, "the oldest goes"), (2, false, 1, "a tenth for the others"),
        (3, false, 1, "at their bound"), (4, false, 2, "their oldest goes"),
    ])
    func `each kind keeps its newest up to its bound`(
        count: Int,
        isPlausible: Bool,
        oldest: Int64,
        reason: String
    ) async throws {
        let keep = keep()
        for number in 1...count { keep.add(refusal(number, isPlausible: isPlausible)) }
        await keep.flush()
        #expect(try kept(isPlausible: isPlausible) == Array(oldest...Int64(count)), "\(reason)")
        #expect(keep.dropped == 0)
    }

    @Test func `noise does not push out plausible ones`() async throws {
        let keep = keep()
        for number in 1...30 { keep.add(refusal(number)) }
        await keep.flush()
        for round in 1...5 {
            for number in 1...100 { keep.add(refusal(round * 100 + number, isPlausible: false)) }
            await keep.flush()
        }
        #expect(try kept(isPlausible: true).count == 30)
        #expect(try kept(isPlausible: false) == [598, 599, 600])
    }

    @Test func `what comes faster than it can be written is counted and dropped`() async throws {
        let keep = keep(max: 10_000)
        let max = RejectedRequestStore.waitingMax
        for number in 1...max + 5 { keep.add(refusal(number)) }
        for number in 1...max + 2 { keep.add(refusal(number, isPlausible: false)) }
        #expect(keep.dropped == 7)
        await keep.flush()
        #expect(try kept(isPlausible: true).count == max)
        #expect(try kept(isPlausible: false).count == max)
    }

    @Test func `large ones are dropped before they fill the memory`() async throws {
        let keep = keep(max: 10_000)
        let half = RejectedRequestStore.waitingBytesMax / 2
        keep.add(refusal(1, bytes: half))
        keep.add(refusal(2, bytes: half))
        keep.add(refusal(3, bytes: 1))
        keep.add(refusal(4, isPlausible: false, bytes: half))
        #expect(keep.dropped == 1)
        await keep.flush()
        #expect(try kept(isPlausible: true) == [1, 2])
        keep.add(refusal(5, bytes: half))
        await keep.flush()
        #expect(try kept(isPlausible: true) == [1, 2, 5])
        #expect(try kept(isPlausible: false) == [4])
    }

    @Test func `a smaller bound holds from the next write on`() async throws {
        let keep = keep()
        for number in 1...30 { keep.add(refusal(number)) }
        await keep.flush()
        keep.setRequestsMax(2)
        keep.add(refusal(31))
        await keep.flush()
        #expect(try kept(isPlausible: true) == [30, 31])
        keep.setRequestsMax(0)
        keep.add(refusal(32))
        await keep.flush()
        #expect(try kept(isPlausible: true).isEmpty)
    }

    @Test func `a write that fails is reported, and the next one works`() async throws {
        let keep = keep()
        await keep.open()
        let other = try Connection(path: path, mode: .readWrite)
        try other.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON refusals
            BEGIN SELECT RAISE(ABORT, 'disk full'); END
            """
        )
        keep.add(refusal(1))
        await keep.flush()
        #expect(failures.all.withLock { $0.map(\.error?.message) } == ["disk full"])
        try other.execute("DROP TRIGGER refuse")
        keep.add(refusal(2))
        await keep.flush()
        #expect(try kept(isPlausible: true) == [2])
    }

    /// SQLite ignores what follows the damage, and returns no error.
    @Test func `damage in the WAL that a killed program left is reported`() async throws {
        let keep = keep()
        await keep.open()
        var ends: [Int] = []
        for number in 1...3 {
            keep.add(refusal(number))
            await keep.flush()
            ends.append(try Data(contentsOf: URL(fileURLWithPath: path + "-wal")).count)
        }
        let failures = failures
        for (name, newest) in [("sound", 3), ("damaged", 1)] {
            let copy = directory.file(name)
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            if name == "damaged" {
                let wal = URL(fileURLWithPath: copy + "-wal")
                var bytes = try Data(contentsOf: wal)
                // In the last commit but one.
                bytes[ends[1] - 1] ^= 1
                try bytes.write(to: wal)
            }
            let file = SideFile(
                path: copy,
                onTrouble: { trouble in failures.all.withLock { $0.append(trouble) } }
            )
            #expect(RejectedRequestFile.newestID(in: file, isExpected: true) == newest)
        }
        let troubles = failures.all.withLock { $0 }
        #expect(troubles.map(\.kind) == [.failed])
        #expect(troubles.first?.path == directory.file("damaged"))
        #expect(troubles.first?.error?.message.contains("is damaged") == true)
    }

    @Test func `what waits is written without being asked for`() async throws {
        let keep = keep()
        await keep.open()
        keep.add(refusal(1))
        #expect(try await Patience.reaches { try kept(isPlausible: true) == [1] })
    }
}
