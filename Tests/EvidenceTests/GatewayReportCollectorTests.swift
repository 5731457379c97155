import APIModel
import Store
import Support
import Survey
import Testing

@testable import Evidence

/// The bounds of a report.
@Suite struct GatewayReportCollectorTests {
    @Test(arguments: [(99, 99, true), (100, 100, true), (101, 101, false), (250, 101, false)])
    func `a report looks at the newest, over portions`(
        limit: Int,
        count: Int,
        isCut: Bool
    ) async throws {
        let directory = try TemporaryDirectory()
        let store = try await EvidenceStore.make(in: directory, callbacks: 101)
        var range = GatewayReportRange()
        range.limit = limit
        let report = try await GatewayReportCollector(store.reader).report(on: range)
        #expect(report.callbacks.survey.count == count)
        #expect(report.callbacks.truncated == isCut)
        #expect(report.outbound.survey.count == 0)
        #expect(!report.outbound.truncated)
        await store.close()
    }
}
