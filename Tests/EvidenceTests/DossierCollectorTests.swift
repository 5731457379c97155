import APIModel
import Payments
import Store
import Support
import Testing

@testable import Evidence

/// The bounds of a dossier.
@Suite struct DossierCollectorTests {
    private func dossier(_ store: Store) async throws -> DossierRepresentation {
        let reference = try #require(Reference("TRX-1"))
        let record = try #require(try await store.reader.transaction(reference))
        let keys = EvidenceKeys(gateway: [], merchant: nil)
        return try await DossierCollector(store.reader, keys: keys).dossier(of: record)
    }

    @Test(arguments: [999, 1_000, 1_001])
    func `the newest thousand callbacks are shown`(count: Int) async throws {
        let directory = try TemporaryDirectory()
        let store = try await EvidenceStore.make(in: directory, callbacks: count)
        let dossier = try await dossier(store)
        #expect(dossier.callbacks.count == min(count, DossierCollector.entriesMax))
        #expect(dossier.callbacks.first?.callback.externalId == "id-\(count - 1)")
        #expect(dossier.truncated == (count > 1_000 ? ["callbacks"] : []))
        await store.close()
    }

    @Test func `their bytes are bounded, and one is always shown`() async throws {
        let directory = try TemporaryDirectory()
        let head = 28
        let bytes = DossierCollector.bytesMax / 8 - head
        let exact = try await EvidenceStore.make(in: directory, callbacks: 8, bodyBytes: bytes)
        #expect(try await dossier(exact).truncated == [])
        await exact.close()

        let other = try TemporaryDirectory()
        let over = try await EvidenceStore.make(in: other, callbacks: 8, bodyBytes: bytes + 1)
        let cut = try await dossier(over)
        #expect(cut.callbacks.count == 7)
        #expect(cut.truncated == ["callbacks"])
        await over.close()

        let third = try TemporaryDirectory()
        let size = DossierCollector.bytesMax + 1
        let large = try await EvidenceStore.make(in: third, callbacks: 2, bodyBytes: size)
        #expect(try await dossier(large).callbacks.count == 1)
        await large.close()
    }
}
