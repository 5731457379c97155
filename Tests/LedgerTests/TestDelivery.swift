import Payments
import Testing

@testable import Ledger

/// What a test's callback says; by default a success of TRX-1 in the order of Cash In's page.
struct TestDelivery {
    var partner = "PAY-1"

    /// Nil where it cannot be read: then the body fails.
    var reference: String? = "TRX-1"
    var status = LatestTransactionStatus.success

    /// Nil for an amount with two readings.
    var sen: Int64? = 1_000_000
    var externalID: String? = "id-1"

    /// Milliseconds since the epoch.
    var received: Int64
    var finishedTime: String? = "2026-11-22T10:00:00+07:00"
    var originalExternalID: String? = "E-1"

    /// Seconds that X-TIMESTAMP lies before the receipt.
    var signedSecondsAgo: Int64 = 0

    /// X-TIMESTAMP in milliseconds, when it is not to follow from the time of receipt.
    var signed: Int64?

    /// Makes other bytes of the same content.
    var salt = ""

    /// Where the callback fails before it can be judged.
    var failure: DeliveryFailure?

    init(received: Int64) { self.received = received }

    var marks: SuccessMarks {
        SuccessMarks(
            time: finishedTime.map { GatewayTime(text: $0, milliseconds: nil) },
            originalExternalID: originalExternalID
        )
    }

    var fact: Fact {
        get throws {
            let reference = try #require(reference)
            return try CallbackJudgeTests.fact(
                status,
                partner: partner,
                reference: reference,
                sen: sen
            )
        }
    }

    private var content: CallbackContent {
        get throws {
            if failure == nil, reference != nil { return CallbackContent(try fact, marks: marks) }
            return CallbackContent(
                CallbackContent.Defect(
                    failure ?? .body,
                    code: "4005602",
                    problem: "Invalid Mandatory Field X"
                ),
                references: [partner, reference].compactMap { $0.flatMap { Reference($0) } }
            )
        }
    }

    /// The headers and the failure are not signed, so the digest does not depend on them.
    var delivery: Delivery {
        get throws {
            let signed = signed ?? received - signedSecondsAgo * 1_000
            var said = "\(partner) \(reference ?? "") \(status.code) \(sen ?? -1) "
            said += "\(finishedTime ?? "") \(originalExternalID ?? "") \(signed) \(salt)"
            // FNV-1a: equal texts have equal digests, in every run.
            let digest = said.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01B3
            }
            return Delivery(
                receivedMilliseconds: received,
                client: "203.0.113.7",
                head: [],
                body: Array(said.utf8),
                externalID: externalID,
                timestamp: "T\(signed)",
                signedMilliseconds: signed,
                signedDigest: SignedDigest(digest, ~digest, 1, 2),
                verification: Delivery.Verification(
                    path: "/v1.0/debit/notify",
                    bodyForm: "raw",
                    keyFingerprint: "ab12"
                ),
                content: try content
            )
        }
    }
}

extension Delivery {
    /// The same with other values.
    func with(
        receivedMilliseconds: Int64? = nil,
        externalID: String? = nil,
        signedDigest: SignedDigest? = nil,
        content: CallbackContent? = nil
    ) -> Delivery {
        Delivery(
            receivedMilliseconds: receivedMilliseconds ?? self.receivedMilliseconds,
            client: client,
            head: head,
            body: body,
            externalID: externalID ?? self.externalID,
            timestamp: timestamp,
            signedMilliseconds: signedMilliseconds,
            signedDigest: signedDigest ?? self.signedDigest,
            verification: verification,
            content: content ?? self.content
        )
    }
}
