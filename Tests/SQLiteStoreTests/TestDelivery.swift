import Ledger
import Payments
import Testing

@testable import SQLiteFiles
@testable import SQLiteStore
@testable import Store

/// What a test's callback says; by default a success of TRX-1 in the order of Cash In's page.
struct TestDelivery {
    var partner = "PAY-1"
    var reference = "TRX-1"
    var status = LatestTransactionStatus.success
    var sen: Int64 = 1_000_000
    var externalID: String? = "id-1"
    var received = TestClock.start

    /// Seconds that X-TIMESTAMP lies before the receipt.
    var signedSecondsAgo: Int64 = 0

    /// Makes other bytes of the same fact.
    var salt = ""
    var finishedTime: String? = "2026-11-22T10:00:00+07:00"

    /// X-TIMESTAMP in milliseconds, when it is not to follow from the time of receipt.
    var signed: Int64?

    /// Where the callback fails before it can be judged.
    var failure: DeliveryFailure?
    var isPairReadable = true

    /// What was read of the body, when it does not follow from the rest.
    var content: CallbackContent?

    init(_ change: (inout TestDelivery) -> Void = { _ in }) { change(&self) }

    /// Makes it the callback of another payment, under an X-EXTERNAL-ID of its own.
    mutating func setReferences(_ number: some BinaryInteger) {
        partner = "PAY-\(number)"
        reference = "TRX-\(number)"
        externalID = "id-\(number)"
    }

    var pair: ReferencePair {
        get throws {
            ReferencePair(
                originalPartnerReferenceNo: try #require(Reference(partner)),
                originalReferenceNo: try #require(Reference(reference))
            )
        }
    }

    var delivery: Delivery {
        get throws {
            let signed = signed ?? received - signedSecondsAgo * 1_000
            let body = Array("\(partner) \(reference) \(status.code) \(sen) \(salt)".utf8)
            let timestamp = "T\(signed)"
            return Delivery(
                receivedMilliseconds: received,
                client: "203.0.113.7",
                head: Array("POST / HTTP/1.1\r\nX-EXTERNAL-ID: \(externalID ?? "")\r\n\r\n".utf8),
                body: body,
                externalID: externalID,
                timestamp: timestamp,
                signedMilliseconds: signed,
                signedDigest: Self.digest(of: body + Array(timestamp.utf8)),
                verification: Delivery.Verification(
                    path: "/v1.0/debit/notify",
                    bodyForm: "raw",
                    keyFingerprint: "ab12"
                ),
                content: try content ?? impliedContent
            )
        }
    }

    /// Equal for equal bytes, and for those alone as far as tests go.
    private static func digest(of bytes: [UInt8]) -> SignedDigest {
        let seeds: [UInt8] = [1, 2, 3, 4]
        let words = seeds.map { seed in
            SeededHash(seed: Array(repeating: seed, count: SeededHash.seedBytes))
                .key(for: bytes.span)
        }
        return SignedDigest(words[0], words[1], words[2], words[3])
    }

    /// What was read of the body, as it follows from the rest.
    var impliedContent: CallbackContent {
        get throws {
            if let failure {
                return CallbackContent(
                    CallbackContent.Defect(
                        failure,
                        code: "4005602",
                        problem: "Invalid Mandatory Field X"
                    ),
                    references: isPairReadable ? try references : []
                )
            }
            let amount = try #require(Amount(sen: sen))
            let fact = Fact(pair: try pair, status: status, amount: amount)
            let time = finishedTime.map { GatewayTime(text: $0, milliseconds: nil) }
            return CallbackContent(
                fact,
                marks: SuccessMarks(time: time, originalExternalID: nil)
            )
        }
    }

    private var references: [Reference] {
        get throws { [try #require(Reference(partner)), try #require(Reference(reference))] }
    }
}

extension TestStore {
    /// Delivers one callback, received now by the test's clock.
    @discardableResult
    func deliver(_ change: (inout TestDelivery) -> Void) async throws -> Judgement {
        var delivery = TestDelivery()
        delivery.received = clock.now
        change(&delivery)
        return try await deliver(try delivery.delivery)
    }
}
