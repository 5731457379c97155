import CashIn
import Payments
import Snap
import Testing

@testable import Simulator

/// What a merchant's client makes of a gateway that fails, and what a query then brings to light.
struct GenerateFaultTests {
    private func outcome(
        _ fault: String,
        isKnown: Bool,
        generateTimeoutSeconds: Int = 60,
        _ check: (GenerationResult) -> Void
    ) async throws {
        try await Scene.with(
            faults: [fault],
            generateTimeoutSeconds: generateTimeoutSeconds
        ) { scene in
            check(try await scene.generate("T-1"))
            switch try await scene.query("T-1") {
            case .found: #expect(isKnown)
            case .notFound: #expect(!isKnown)
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test(arguments: [("generate=error", true), ("generate=refuse", false)])
    func `an error leaves open what was accepted`(_ fault: String, _ isKnown: Bool) async throws {
        try await outcome(fault, isKnown: isKnown) { outcome in
            guard case .unknown(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.responseCode?.description == "5004701")
        }
    }

    @Test func `a broken connection leaves it open, too`() async throws {
        try await outcome("generate=disconnect", isKnown: true) { outcome in
            guard case .unknown(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .failed)
        }
    }

    @Test func `an answer after the deadline was an acceptance`() async throws {
        try await outcome("generate-delay=5000", isKnown: true, generateTimeoutSeconds: 1) {
            outcome in
            guard case .unknown(let failure) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure.kind == .timeout)
        }
    }

    @Test func `a broken code is not handed out`() async throws {
        try await outcome("generate=bad-qr", isKnown: true) { outcome in
            guard case .codeRefused(_, let problem) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(problem == .checksum)
        }
    }

    @Test(arguments: [
        ("qr=usual", []),
        ("qr=static", [QRISWarning.notDynamic]), ("qr=no-amount", [.amountMissing]),
        ("qr=tip", [.tipIndicator]), ("qr=fixed-fee", [.tipIndicator, .fixedFee]),
        ("qr=percentage", [.tipIndicator, .percentageFee]), ("qr=no-city", [.merchantCityEmpty]),
    ])
    func `an odd code is handed out with warnings`(
        _ fault: String,
        _ expected: [QRISWarning]
    ) async throws {
        try await outcome(fault, isKnown: true) { outcome in
            guard case .accepted(_, _, let warnings) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(warnings == expected.map(\.rawValue))
        }
    }

    @Test(arguments: [("qr=wrong-crc", QRISProblem.checksum), ("qr=other-amount", .amount)])
    func `a code that cannot be paid as requested is not handed out`(
        _ fault: String,
        _ expected: QRISProblem
    ) async throws {
        try await outcome(fault, isKnown: true) { outcome in
            guard case .codeRefused(_, let problem) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(problem == expected)
        }
    }
}
