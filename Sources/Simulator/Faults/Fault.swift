import Payments
import Snap
import Text

/// One deviation from the documented behaviour, written as `name` or `name=value`.
///
/// The command `faults` lists all of them. Their names are the interface of `--fault` and of the
/// control API, so they must not change.
struct Fault: Sendable {
    /// The notation, with the form of the value, as in `duplicate=N`.
    let usage: String
    /// One sentence for the command `faults`.
    let summary: String

    /// The possible values; empty if ``usage`` lists them, or if they are numbers.
    var values: [String] = []

    /// Adds the fault to a plan; returns false if the value is missing or invalid.
    fileprivate let apply: @Sendable (_ value: String?, _ plan: inout FaultPlan) -> Bool

    /// The part before the `=`.
    var name: String { String(usage.prefix { $0.isLetter || $0 == "-" }) }

    /// All faults, in the order of the command `faults`.
    static let all: [Fault] = ofCallbacks + ofSignatures + ofForms + ofServices

    /// Faults in the delivery of callbacks; drawn for each payment.
    private static let ofCallbacks: [Fault] = [
        Fault(usage: "duplicate=N", summary: "Sends N more copies of each callback at once.") {
            set(\.duplicates, $0.flatMap(count), in: &$1)
        },
        Fault(usage: "reorder", summary: "Delays a callback until a later one is sent.") {
            set(\.isReordered, $0 == nil ? true : nil, in: &$1)
        },
        Fault(usage: "delay=MS", summary: "Waits MS milliseconds before each attempt.") {
            set(\.delayMilliseconds, $0.flatMap(count), in: &$1)
        },
        Fault(usage: "drop[=N]", summary: "Drops the first N attempts, or all.") {
            set(\.droppedAttempts, $0 == nil ? .max : $0.flatMap(count), in: &$1)
        },
        Fault(usage: "external-id", summary: "Sends every attempt with a new X-EXTERNAL-ID.") {
            set(\.changesExternalID, $0 == nil ? true : nil, in: &$1)
        },
        Fault(
            usage: "signature[=N]",
            summary: "Corrupts the signatures of the first N attempts, or of all."
        ) {
            set(\.corruptedAttempts, $0 == nil ? .max : $0.flatMap(count), in: &$1)
        },
        Fault(usage: "cancel-first", summary: "Sends a callback with 05 before that with 00.") {
            set(\.cancelsFirst, $0 == nil ? true : nil, in: &$1)
        },
        Fault(usage: "amount=RUPIAH", summary: "Sends callbacks with this amount.") {
            let amount = $0.flatMap { Amount(text: $0.utf8.span) }
            return set(\.amount, amount.map(Optional.some), in: &$1)
        },
    ]

    /// Differences between what is signed and what is sent; drawn for each payment.
    ///
    /// The receiver rejects nearly all of them, and its diagnosis names each (article Diagnosis).
    private static let ofSignatures: [Fault] = [
        Fault(
            usage: "signed-body=FORM",
            summary: "Signs another form of the body than it sends.",
            values: BodyRewrite.available.map(\.rawValue)
        ) {
            set(\.signedBody, $0.flatMap(BodyRewrite.init(available:)), in: &$1)
        },
        Fault(
            usage: "sent-body=FORM",
            summary: "Sends another form of the body than it signs.",
            values: BodyRewrite.available.map(\.rawValue)
        ) {
            set(\.sentBody, $0.flatMap(BodyRewrite.init(available:)), in: &$1)
        },
        Fault(
            usage: "signed-string=FORM",
            summary: "Signs a string of other parts, hashes or separators.",
            values: SignedString.allCases.map(\.rawValue)
        ) {
            set(\.signedString, $0.flatMap(SignedString.init), in: &$1)
        },
        Fault(
            usage: "signed-time=+N|-N|FORM",
            summary: "Signs a time N seconds after or before X-TIMESTAMP, or in another form.",
            values: SignedTime.Notation.allCases.map(\.rawValue)
        ) {
            set(\.signedTime, $0.flatMap(SignedTime.init), in: &$1)
        },
        Fault(usage: "signed-path=PATH", summary: "Signs this path or URL.") {
            let path = $0.flatMap { path in
                let isVisible = path.utf8.allSatisfy { (0x21...0x7E).contains($0) }
                return !path.isEmpty && isVisible ? path : nil
            }
            return set(\.otherSignedPath, path.map(Optional.some), in: &$1)
        },
        Fault(
            usage: "signature-form=FORM",
            summary: "Writes X-SIGNATURE in another encoding, or makes it with a client secret.",
            values: SignatureForm.allCases.map(\.rawValue)
        ) {
            set(\.signatureForm, $0.flatMap(SignatureForm.init), in: &$1)
        },
    ]

    /// Forms of callbacks that differ between gateways (article Gateway); the same for all
    /// payments.
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
            summary: "Sends the signed bytes, or adds blanks that are not signed."
        ) {
            set(\.bodyForm, $0.flatMap(FaultPlan.BodyForm.init), in: &$1)
        },
        Fault(
            usage: "framing=length|chunked|padded",
            summary: "Sends Content-Length, chunks with extensions, or with blanks after sizes."
        ) {
            set(\.framing, $0.flatMap(FaultPlan.Framing.init), in: &$1)
        },
        Fault(
            usage: "retry=replay|resign",
            summary: "Sends the same bytes again, or with a new X-TIMESTAMP and signature."
        ) {
            set(\.retryForm, $0.flatMap(FaultPlan.RetryForm.init), in: &$1)
        },
    ]

    /// Faults in the responses to generate and query.
    private static let ofServices: [Fault] = [
        Fault(usage: "generate-delay=MS", summary: "Delays the response to generate by MS.") {
            set(\.generateDelayMilliseconds, $0.flatMap(count), in: &$1)
        },
        Fault(
            usage: "generate=usual|error|refuse|disconnect|bad-qr",
            summary:
                "Accepts, then sends 5004701, disconnects or sends an invalid QR; or refuses."
        ) {
            // "bad-qr" is the name of an earlier form of the fault qr=wrong-crc.
            if $0 == "bad-qr" { return set(\.qr, .wrongCRC, in: &$1) }
            return set(\.generateResponse, $0.flatMap(FaultPlan.GenerateResponse.init), in: &$1)
        },
        Fault(
            usage: "qr=FORM",
            summary: "Generates codes with an oddity or a fault.",
            values: SimulatedQR.allCases.map(\.rawValue)
        ) {
            set(\.qr, $0.flatMap(SimulatedQR.init), in: &$1)
        },
        Fault(
            usage: "response=SHAPE",
            summary: "Sends something else in place of each response to generate and query.",
            values: ReplyShape.allCases.map(\.rawValue)
        ) {
            set(\.replyShape, $0.flatMap(ReplyShape.init), in: &$1)
        },
        Fault(
            usage: "query=usual|refuse|unreadable",
            summary: "Responds to queries with the status, 4005101, or an invalid status."
        ) {
            set(\.queryResponse, $0.flatMap(FaultPlan.QueryResponse.init), in: &$1)
        },
        Fault(
            usage: "not-found=code|status",
            summary: "Responds to queries of unknown payments with 4045101 or status 07."
        ) {
            set(\.notFoundForm, $0.flatMap(FaultPlan.NotFoundForm.init), in: &$1)
        },
    ]

    /// Sets a property of the plan; returns false if the value could not be parsed.
    private static func set<Value>(
        _ path: WritableKeyPath<FaultPlan, Value>,
        _ value: Value?,
        in plan: inout FaultPlan
    ) -> Bool {
        guard let value else { return false }
        plan[keyPath: path] = value
        return true
    }

    /// Parses a number from 0 to 99,999; nil for any other text.
    ///
    /// The limit bounds the copies, attempts and milliseconds of a fault.
    private static func count(_ text: String) -> Int? {
        guard (1...5).contains(text.utf8.count) else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}

/// Why a text is not a fault; the description says what is expected.
struct FaultError: Error, Equatable, CustomStringConvertible {
    let description: String
}

extension FaultPlan {
    /// Parses a fault and adds it.
    ///
    /// - Throws: ``FaultError`` for an unknown name or an invalid value.
    mutating func add(_ text: String) throws(FaultError) {
        let name = String(text.prefix { $0 != "=" })
        guard let fault = Fault.all.first(where: { $0.name == name }) else {
            let names = Fault.all.map(\.name).joined(separator: ", ")
            throw FaultError(description: "unknown fault \(quoted(name)), expected one of \(names)")
        }
        let value = name == text ? nil : String(text.dropFirst(name.count + 1))
        guard fault.apply(value, &self) else {
            let values = fault.values.isEmpty ? "" : ": " + fault.values.joined(separator: ", ")
            throw FaultError(
                description: "fault \(quoted(text)): expected \(fault.usage)\(values)"
            )
        }
    }
}
