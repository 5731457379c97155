import Crypto
import HTTPCore
import Snap
import System
import Store

/// Carries out one order to erase, in small steps.
///
/// Bytes are read and hashed outside of the writer, which only replaces them by their hashes. Each
/// step is durable, so an interrupted order continues where it was when it is given again.
struct Pruner: Sendable {
    let store: Store

    /// Whether callbacks use the database at the same time.
    let isShared: Bool

    /// The maximum number of callbacks in one step; their bodies are in memory.
    private static let callbacksMax = 256

    /// The maximum number of gateway calls in one step; a response can have 1 MiB.
    private static let gatewayCallsMax = 16
    private static let transitionsMax = 1_000

    /// Records a change of the progress.
    typealias ProgressUpdate = @Sendable (@Sendable (inout PruneProgress) -> Void) async -> Void

    /// Carries out `order`: callbacks first, then gateway calls, rejected requests, and
    /// transitions.
    ///
    /// - Parameters:
    ///   - now: the present in milliseconds since the epoch, for the minimum age of transitions.
    ///   - update: called after each step.
    /// - Throws: the error of a step that was not written; `CancellationError` if the task was
    ///   cancelled.
    func run(
        _ order: PruneOrder,
        nowMilliseconds now: Int64,
        update: ProgressUpdate
    ) async throws {
        let before = order.beforeMilliseconds
        let plan = try await store.reader.erasurePlan(before: before)
        let ranges = plan.callbacks + plan.gatewayCalls
        let numbers = ranges.reduce(Int64(0)) { $0 + Int64($1.count) }
        await update { $0.numbersToSee = numbers }
        let hasher = try SHA256()
        try await erase(
            plan.callbacks,
            order,
            update,
            rowsMax: Self.callbacksMax,
            countedIn: \.callbackCount,
            read: { try await store.reader.callbackBytes(in: $0, before: before, limit: $1) },
            replace: { try await store.erase($0.map { ($0.id, ErasedCallback($0, hasher)) }) }
        )
        try await erase(
            plan.gatewayCalls,
            order,
            update,
            rowsMax: Self.gatewayCallsMax,
            countedIn: \.gatewayCallCount,
            read: { try await store.reader.gatewayCallBytes(in: $0, before: before, limit: $1) },
            replace: { try await store.erase($0.map { ($0.id, ErasedGatewayCall($0, hasher)) }) }
        )
        let refusals =
            order.isDryRun
            ? try await store.reader.refusalCount(receivedBefore: before)
            : try await store.removeRefusals(receivedBefore: before)
        await update { $0.refusalCount = refusals }
        if order.removesTransitions {
            let days = PruneOrder.transitionDays * PruneOrder.dayMilliseconds
            try await removeTransitions(recordedBefore: min(before, now - days), order, update)
        }
    }

    /// Erases the bytes in ranges of ids of one table, a few rows at a time.
    ///
    /// - Parameters:
    ///   - rowsMax: the maximum number of rows in one step.
    ///   - count: the counter of the erased rows.
    ///   - read: reads the first rows of a range with bytes to erase, up to a number.
    ///   - replace: replaces the bytes in a commit; returns how long the writer was occupied.
    private func erase<Bytes: ErasableBytes>(
        _ ranges: [Range<Int64>],
        _ order: PruneOrder,
        _ update: ProgressUpdate,
        rowsMax: Int,
        countedIn count: any WritableKeyPath<PruneProgress, Int> & Sendable,
        read: (Range<Int64>, Int) async throws -> [Bytes],
        replace: ([Bytes]) async throws -> Duration
    ) async throws {
        var pace = PrunePace(isShared: isShared, countMax: rowsMax)
        for range in ranges {
            var rest = range
            while !rest.isEmpty {
                try Task.checkCancellation()
                let found = try await read(rest, pace.count)
                let next = found.last.map { $0.id + 1 } ?? rest.upperBound
                if !order.isDryRun, !found.isEmpty {
                    try await pause(&pace, afterBusy: replace(found))
                }
                let bytes = found.reduce(0) { $0 + $1.byteCount }
                let (rows, seen) = (found.count, next - rest.lowerBound)
                await update {
                    $0[keyPath: count] += rows
                    $0.byteCount += bytes
                    $0.numbersSeen += seen
                }
                rest = next..<rest.upperBound
            }
        }
    }

    /// Removes transitions from the start of the feed, until one is too young or a consumer has not
    /// passed it.
    private func removeTransitions(
        recordedBefore milliseconds: Int64,
        _ order: PruneOrder,
        _ update: ProgressUpdate
    ) async throws {
        var pace = PrunePace(isShared: isShared, countMax: Self.transitionsMax)
        var seen: Int64 = 0
        while true {
            try Task.checkCancellation()
            let removal: TransitionRemoval
            if order.isDryRun {
                removal = try await store.reader.removableTransitions(
                    recordedBefore: milliseconds,
                    after: seen,
                    feed: store.feed,
                    limit: Self.transitionsMax
                )
                seen = removal.oldest - 1
            } else {
                let step = try await store.removeTransitions(
                    recordedBefore: milliseconds,
                    limit: pace.count
                )
                removal = step.removal
                try await pause(&pace, afterBusy: step.duration)
            }
            await update {
                $0.transitionCount += removal.count
                $0.oldestSequence = removal.oldest
                $0.heldBy = removal.heldBy
            }
            if removal.count == 0 { return }
        }
    }

    private func pause(_ pace: inout PrunePace, afterBusy duration: Duration) async throws {
        if let pause = pace.pause(afterBusy: duration) { try await Task.sleep(for: pause) }
    }
}

/// The bytes of a row that can be erased.
private protocol ErasableBytes: Sendable {
    var id: Int64 { get }
    var byteCount: Int { get }
}

extension CallbackBytes: ErasableBytes {
    fileprivate var byteCount: Int { head.count + body.count }
}

extension GatewayCallBytes: ErasableBytes {}

extension ErasedCallback {
    /// What is left of a callback: the hashes of the body as received and as signed, and the
    /// signature.
    fileprivate init(_ bytes: CallbackBytes, _ hasher: SHA256) {
        let form = BodyForm(rawValue: bytes.bodyForm) ?? .raw
        let signed = form.bytes(of: bytes.body)
        self.init(
            bodyDigest: hasher.digest(of: bytes.body.span).array,
            signedBodyDigest: hasher.digest(of: signed.span).array,
            signature: StoredHead(bytes.head)?.single("X-SIGNATURE") ?? []
        )
    }
}

extension ErasedGatewayCall {
    /// What is left of a gateway call: the hashes of its bodies.
    fileprivate init(_ bytes: GatewayCallBytes, _ hasher: SHA256) {
        self.init(
            requestDigest: hasher.digest(of: bytes.requestBody.span).array,
            responseDigest: bytes.responseBody.map { hasher.digest(of: $0.span).array }
        )
    }
}

extension Digest {
    fileprivate var array: [UInt8] { (0..<Digest.count).map { bytes[$0] } }
}
