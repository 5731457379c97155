import Payments
import Snap
import Text

/// One thing that the simulated gateway does otherwise, as written on the command line or in a
/// request: `name` or `name=value`.
struct Fault: Sendable {
    /// With its value's form, as in `duplicate=N`.
    let usage: String
    let summary: String

    /// Puts it into a plan; false when the value is not one of this fault.
    fileprivate let apply: @Sendable (_ value: String?, _ plan: inout FaultPlan) -> Bool

    /// What stands before the `=`.
    var name: String { String(usage.prefix { $0.isLetter || $0 == "-" }) }

    /// Every fault there is.
    static let all: [Fault] = ofCallbacks + ofForms + ofServices

    private static let ofCallbacks: [Fault] = [
        Fault(usage: "duplicate=N", summary: "Sends each callback N times more, all at once.") {
            set(\.duplicates, $0.flatMap(count), in: &$1)
        },
        Fault(usage: "reorder", summary: "Holds a callback back until a later one was sent.") {
            set(\.isReordered, $0 == nil ? true : nil, in: &$1)
        },
        Fault(usage: "delay=MS", summary: "Waits so many milliseconds before each callback.") {
            set(\.delayMilliseconds, $0.flatMap(count), in: &$1)
        },
        Fault(usage: "drop[=N]", summary: "Loses the first N attempts, or all.") {
            set(\.lostAttempts, $0 == nil ? .max : $0.flatMap(count), in: &$1)
        },
        Fault(usage: "external-id", summary: "Gives every attempt another X-EXTERNAL-ID.") {
            set(\.changesExternalID, $0 == nil ? true : nil, in: &$1)
        },
        Fault(usage: "signature[=N]", summary: "Corrupts the first N attempts' signature, or all.")
        {
            set(\.corruptedAttempts, $0 == nil ? .max : $0.flatMap(count), in: &$1)
        },
        Fault(usage: "cancel-first", summary: "Calls back with 05 before the 00 of a payment.") {
            set(\.cancelsFirst, $0 == nil ? true : nil, in: &$1)
        },
        Fault(usage: "amount=RUPIAH", summary: "Calls back with this amount instead.") {
            let amount = $0.flatMap { Amount(text: $0.utf8.span) }
            return set(\.amount, amount.map(Optional.some), in: &$1)
        },
    ]

    private static let ofForms: [Fault] = [
        Fault(usage: "signed=url|path", summary: "Signs the complete URL, or its path.") {
            set(\.signedPath, $0.flatMap(FaultPlan.SignedPath.init), in: &$1)
        },
        Fault(
            usage: "references=cash-in|snap",
            summary: "originalReferenceNo is the merchant's, or originalPartnerReferenceNo is."
        ) {
            set(\.references, $0.flatMap(FaultPlan.References.init), in: &$1)
        },
        Fault(
            usage: "amount-form=string|number|exponent",
            summary: "Writes \"10000.00\", 10000.00 or 1.0E4."
        ) {
            set(\.amountForm, $0.flatMap(FaultPlan.AmountForm.init), in: &$1)
        },
        Fault(
            usage: "body=compact|spaced",
            summary: "Sends the bytes it signed, or signs them without the blanks it sends."
        ) {
            set(\.bodyForm, $0.flatMap(FaultPlan.BodyForm.init), in: &$1)
        },
        Fault(
            usage: "retry=replay|resign",
            summary: "Sends the same bytes again, or with a new X-TIMESTAMP and signature."
        ) {
            set(\.retryForm, $0.flatMap(FaultPlan.RetryForm.init), in: &$1)
        },
    ]

    private static let ofServices: [Fault] = [
        Fault(usage: "generate-delay=MS", summary: "Answers generate so many milliseconds later.") {
            set(\.generateDelayMilliseconds, $0.flatMap(count), in: &$1)
        },
        Fault(
            usage: "generate=usual|error|refuse|disconnect|bad-qr",
            summary:
                "Accepts, then answers 5004701, breaks off, or sends a broken code; or refuses."
        ) {
            set(\.generateAnswer, $0.flatMap(FaultPlan.GenerateAnswer.init), in: &$1)
        },
        Fault(
            usage: "query=usual|refuse|unreadable",
            summary: "Answers queries about a payment with its status, 4005101, or a number."
        ) {
            set(\.queryAnswer, $0.flatMap(FaultPlan.QueryAnswer.init), in: &$1)
        },
        Fault(
            usage: "not-found=code|status",
            summary: "Answers a query for an unknown payment with 4045101, or with status 07."
        ) {
            set(\.notFoundForm, $0.flatMap(FaultPlan.NotFoundForm.init), in: &$1)
        },
    ]

    private static func set<Value>(
        _ path: WritableKeyPath<FaultPlan, Value>,
        _ value: Value?,
        in plan: inout FaultPlan
    ) -> Bool {
        guard let value else { return false }
        plan[keyPath: path] = value
        return true
    }

    /// A number from 0 to 99,999: nobody needs more copies or waits longer.
    private static func count(_ text: String) -> Int? {
        guard (1...5).contains(text.utf8.count) else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}

/// Why a text names no fault. The description says what was expected.
struct FaultError: Error, Equatable, CustomStringConvertible {
    let description: String
}

extension FaultPlan {
    /// Adds a fault given as text.
    mutating func add(_ text: String) throws(FaultError) {
        let name = String(text.prefix { $0 != "=" })
        guard let fault = Fault.all.first(where: { $0.name == name }) else {
            let names = Fault.all.map(\.name).joined(separator: ", ")
            throw FaultError(description: "no fault is called \(quoted(name)), expected \(names)")
        }
        let value = name == text ? nil : String(text.dropFirst(name.count + 1))
        guard fault.apply(value, &self) else {
            throw FaultError(description: "fault \(quoted(text)): expected \(fault.usage)")
        }
    }
}
