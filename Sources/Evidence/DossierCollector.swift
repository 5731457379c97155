package import APIModel
import Crypto
import Ledger
import Payments
import System
package import Store

/// Collects everything that is stored about one payment.
///
/// The newest callbacks and gateway calls are collected, up to a number and a size. They are read
/// in portions, so that no snapshot of the database is held for long.
package struct DossierCollector: Sendable {
    /// The maximum number of callbacks, of gateway calls, and of attention entries.
    static let entriesMax = 1_000

    /// The maximum size of the heads and bodies of the callbacks, and of those of the gateway
    /// calls. The newest entry is included whatever its size is.
    static let bytesMax = 8 << 20

    /// Callbacks in one read.
    private static let callbacksInPortion = 50

    /// Gateway calls in one read; a response can have 1 MiB.
    private static let exchangesInPortion = 5

    private let reader: any StorageReader
    private let keys: EvidenceKeys

    package init(_ reader: any StorageReader, keys: EvidenceKeys) {
        self.reader = reader
        self.keys = keys
    }

    /// Collects and writes the dossier of a payment; `truncated` names the lists that were cut off.
    package func dossier(
        of transaction: TransactionRecord
    ) async throws(Problem) -> DossierRepresentation {
        let reader = reader
        let evidence = try await reading { () async throws(StoreError) in
            try await reader.evidence(of: transaction)
        }
        let callbacks = try await callbacks(evidence.callbackIDs)
        let exchanges = try await exchanges(evidence.gatewayCallIDs)
        let callbackIDs = Array(evidence.callbackIDs.prefix(Self.entriesMax))
        let attention = try await reading { () async throws(StoreError) in
            try await reader.attention(
                about: transaction,
                callbackIDs: callbackIDs,
                limit: Self.entriesMax + 1
            )
        }
        var truncated: [String] = []
        if callbacks.count < evidence.callbackIDs.count { truncated.append("callbacks") }
        if exchanges.count < evidence.gatewayCallIDs.count { truncated.append("exchanges") }
        if attention.count > Self.entriesMax { truncated.append("attention") }
        do throws(CryptoError) {
            var writer = try DossierWriter(keys)
            return try writer.dossier(
                transaction: transaction,
                attention: attention.prefix(Self.entriesMax),
                callbacks: callbacks,
                exchanges: exchanges,
                truncated: truncated,
                nowMilliseconds: SystemClock.realtimeMilliseconds()
            )
        } catch {
            throw Problem(.internalError, "The signatures cannot be verified: \(error)")
        }
    }

    private func callbacks(_ ids: [Int64]) async throws(Problem) -> [CallbackRecord] {
        let reader = reader
        return try await collect(ids, inPortionsOf: Self.callbacksInPortion) {
            (portion) async throws(StoreError) in
            try await reader.callbacks(portion)
        } bytes: {
            $0.head.count + $0.body.count
        }
    }

    private func exchanges(_ ids: [Int64]) async throws(Problem) -> [StoredGatewayCall] {
        let reader = reader
        return try await collect(ids, inPortionsOf: Self.exchangesInPortion) {
            (portion) async throws(StoreError) in
            try await reader.gatewayCalls(portion)
        } bytes: { stored in
            let exchange = stored.call
            return exchange.requestHead.count + exchange.requestBody.count
                + (exchange.responseHead?.count ?? 0) + (exchange.responseBody?.count ?? 0)
        }
    }

    /// Reads entries in portions, until the limits of number and size are reached.
    ///
    /// - Parameter bytes: the size of an entry.
    private func collect<Entry: Sendable>(
        _ ids: [Int64],
        inPortionsOf count: Int,
        _ read: ([Int64]) async throws(StoreError) -> [Entry],
        bytes: (Entry) -> Int
    ) async throws(Problem) -> [Entry] {
        var entries: [Entry] = []
        var rest = ids.prefix(Self.entriesMax)
        var bytesLeft = Self.bytesMax
        while !rest.isEmpty {
            let portion = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            let found = try await reading { () async throws(StoreError) in
                try await read(portion)
            }
            for entry in found {
                bytesLeft -= bytes(entry)
                guard bytesLeft >= 0 || entries.isEmpty else { return entries }
                entries.append(entry)
            }
        }
        return entries
    }
}
