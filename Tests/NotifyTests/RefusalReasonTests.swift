import Configuration
import Crypto
import HTTPCore
import Ledger
import Metrics
import Payments
import Snap
import Store
import Testing

@testable import Notify

/// The reason under which a refused callback is counted.
@Suite struct RefusalReasonTests {
    typealias Change = @Sendable (inout CallbackRequest) throws -> Void

    /// A request that is refused.
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: RefusalReason
        let isAuthentic: Bool
        let settings: [String]
        let change: Change

        var testDescription: String { "\(reason), authentic: \(isAuthentic)" }

        init(
            _ reason: RefusalReason,
            isAuthentic: Bool = false,
            _ settings: [String] = [],
            _ change: @escaping Change
        ) {
            (self.reason, self.isAuthentic) = (reason, isAuthentic)
            (self.settings, self.change) = (settings, change)
        }
    }

    private static let elsewhere = ["notify.allowedAddresses=[\"203.0.113.0/24\"]"]

    private static let rows = [
        Row(.path) { $0.target = "/other" },
        Row(.method) { $0.method = "PUT" },
        Row(.tooLarge, ["limits.bodyBytes=1024"]) {
            $0.body = [UInt8](repeating: 0x20, count: 1_025)
        },
        Row(.address, elsewhere) { $0["X-SIGNATURE"] = "AAAA" },
        Row(.headers) { $0["X-TIMESTAMP"] = nil },
        Row(.headers) { $0["X-TIMESTAMP"] = "today" },
        Row(.signature) { $0["X-SIGNATURE"] = "AAAA" },
        Row(.partner) {
            $0["X-SIGNATURE"] = "AAAA"
            $0["X-PARTNER-ID"] = "CID2"
        },
        Row(.address, isAuthentic: true, elsewhere) { _ in },
        Row(.partner, isAuthentic: true) { $0["X-PARTNER-ID"] = "CID2" },
        Row(.headers, isAuthentic: true) { $0["X-EXTERNAL-ID"] = nil },
        Row(.body, isAuthentic: true) { $0 = try CallbackRequest(body: Array("{".utf8)) },
        Row(.stale, isAuthentic: true, ["notify.staleTimestamp=reject"]) {
            $0 = try CallbackRequest(timestamp: "2026-11-22T09:00:00+07:00")
        },
        Row(.stale, isAuthentic: true, ["notify.staleTimestamp=reject"]) {
            $0 = try CallbackRequest(
                body: Array("{".utf8),
                timestamp: "2026-11-22T09:00:00+07:00"
            )
        },
        Row(.unknownTransaction, isAuthentic: true, ["notify.unknownTransactions=reject"]) { _ in },
    ]

    @Test(arguments: rows) func `a refused callback counts under its reason alone`(
        row: Row
    ) async throws {
        try await NotifyScene.with(row.settings) { scene in
            var request = try CallbackRequest()
            try row.change(&request)
            #expect(try await scene.send(request).code != "2005600")
            for reason in RefusalReason.allCases {
                for isAuthentic in [true, false] {
                    let isWanted = reason == row.reason && isAuthentic == row.isAuthentic
                    let count = scene.metrics.refusals.count(of: reason, isAuthentic: isAuthentic)
                    #expect(count == (isWanted ? 1 : 0), "\(reason) \(isAuthentic)")
                }
            }
            let byKey = scene.metrics.keys.values.map(\.count)
            #expect(byKey == [row.isAuthentic ? 1 : 0])
        }
    }

    @Test func `what is accepted has no reason, and counts by its key`() async throws {
        try await NotifyScene.with { scene in
            let request = try CallbackRequest()
            for _ in 1...2 { #expect(try await scene.send(request).code == "2005600") }
            for reason in RefusalReason.allCases {
                #expect(scene.metrics.refusals.count(of: reason, isAuthentic: true) == 0)
                #expect(scene.metrics.refusals.count(of: reason, isAuthentic: false) == 0)
            }
            let fingerprint = try #require(scene.loaded.keys.publicKeys.first?.key.fingerprint)
            let values = scene.metrics.keys.values.map { "\($0.key) \($0.count)" }
            #expect(values == ["\(fingerprint.prefix(12)) 2"])
        }
    }

    @Test(
        arguments: [
            (.conflict, nil, .conflict), (.invalidAmount, nil, .amount),
            (.unauthorized, nil, .stale), (.unauthorized, .partner, .partner),
            (.unauthorized, .address, .address), (.invalid, .headers, .headers),
        ] as [(CallbackResponse, DeliveryFailure?, RefusalReason)]
    )
    func `the reason of an authentic callback follows from its response and its defect`(
        response: CallbackResponse,
        failure: DeliveryFailure?,
        reason: RefusalReason
    ) {
        #expect(RefusalReason(response, failure) == reason)
        #expect(reason.isPossible(isAuthentic: true))
    }

    @Test(arguments: [400, 408, 413, 414, 431, 500, 501, 503, 505])
    func `a status of the HTTP server has a reason that can occur`(status: Int) {
        let reason = RefusalReason(NotifyResponses.snapResponse(Status(status)))
        #expect(reason.isPossible(isAuthentic: false))
    }

    @Test func `a callback that is not on disk counts as a failure`() async throws {
        try await NotifyScene.with { scene in
            await scene.store.close()
            let request = try CallbackRequest()
            #expect(try await scene.send(request).code == "5005601")
            #expect(scene.metrics.refusals.count(of: .failure, isAuthentic: true) == 1)
        }
    }
}
