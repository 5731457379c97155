import CashIn
import Payments
import Snap
import Testing
import Text

@testable import Simulator

/// What the merchant's client makes of each shape of response that the simulator can send.
struct ReplyShapeTests {
    /// The shapes that are read as if they were the usual one.
    private static let readable: [ReplyShape] = [
        .usual, .manyFields, .byteOrderMark, .blanks, .numbers,
    ]

    @Test(arguments: readable)
    func `is read in other spellings`(_ shape: ReplyShape) async throws {
        try await Scene.with(faults: ["response=\(shape.rawValue)"]) { scene in
            let generated = try await scene.generate("T-1")
            guard case .accepted(_, _, let warnings) = generated else {
                Issue.record("\(generated)")
                return
            }
            #expect(warnings == [])
            guard case .found(let found) = try await scene.query("T-1") else {
                Issue.record("not found")
                return
            }
            #expect(found.status == .pending)
        }
    }

    @Test(arguments: ReplyShape.allCases.filter { !readable.contains($0) && $0 != .silent })
    func `is named where it is no answer`(_ shape: ReplyShape) async throws {
        let texts: [ReplyShape: String] = [
            .redirect: "redirect", .gzip: "compressed (gzip)", .utf16: "UTF-16",
            .empty: "no body", .cut: "ends too early", .array: "expected an object",
            .otherAPI: "responseCode is missing", .otherService: "belongs to service 73",
        ]
        let text = texts[shape] ?? "HTML or XML"
        try await Scene.with(faults: ["response=\(shape.rawValue)"]) { scene in
            guard case .unknown(let failure) = try await scene.generate("T-1") else {
                Issue.record("a generate call is not unknown")
                return
            }
            #expect(failure.detail.contains(text), "\(failure.detail)")
            switch try await scene.query("T-1") {
            case .unreadable(let failure), .unavailable(let failure):
                #expect(failure.detail.contains(text), "\(failure.detail)")
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test func `silence lasts until the merchant's time limit ends`() async throws {
        try await Scene.with(faults: ["response=silent"], generateTimeoutSeconds: 1) { scene in
            guard case .unknown(let failure) = try await scene.generate("T-1") else {
                Issue.record("a generate call is not unknown")
                return
            }
            #expect(failure.kind == .timeout)
            // The gateway has the payment all the same.
            let (_, payment) = try await scene.control("transactions/T-1")
            #expect(payment["partnerReferenceNo"]?.string == "T-1")
        }
    }
}
