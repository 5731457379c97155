import Crypto
import HTTPClient
import Payments
import Snap
import Text

/// What a callback is about, before it is written and signed.
struct CallbackFacts: Sendable {
    let partnerReferenceNo: Reference
    let referenceNo: Reference
    let externalID: String
    let status: LatestTransactionStatus
    let amount: Amount
    let createdMilliseconds: Int64
    let finishedMilliseconds: Int64

    /// The body as the gateway's page describes it, in the forms of `plan`.
    func body(_ plan: FaultPlan) -> JSONObjectText {
        let isSnap = plan.references == .snap
        var value = JSONObjectText()
        switch plan.amountForm {
        case .string: value.add("value", amount.description)
        case .number: value.add("value", literal: amount.description)
        case .exponent: value.add("value", literal: amount.scientific)
        }
        value.add("currency", "IDR")
        var body = JSONObjectText()
        body.add(
            "originalPartnerReferenceNo",
            isSnap ? partnerReferenceNo.text : referenceNo.text
        )
        body.add("originalReferenceNo", isSnap ? referenceNo.text : partnerReferenceNo.text)
        body.add("originalExternalId", externalID)
        body.add("latestTransactionStatus", status.code)
        body.add("transactionStatusDesc", status.words)
        body.add("amount", value)
        body.add("createdTime", JakartaTime.text(milliseconds: createdMilliseconds))
        body.add("finishedTime", JakartaTime.text(milliseconds: finishedMilliseconds))
        return body
    }
}

extension Amount {
    /// As Java prints a large number: `1.0E7`.
    fileprivate var scientific: String {
        var digits = Array(String(sen))
        let exponent = digits.count - 3
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        guard sen > 0 else { return "0.0E0" }
        let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
        return "\(digits[0]).\(fraction)E\(exponent)"
    }
}

/// A callback that is ready to be sent.
struct SignedCallback: Sendable {
    let request: OutboundRequest
    let attempt: CallbackAttempt

    /// Writes and signs one.
    init(
        _ facts: CallbackFacts,
        _ plan: FaultPlan,
        _ settings: SimulatorSettings,
        externalID: String,
        milliseconds: Int64,
        isCorrupted: Bool
    ) throws(CryptoError) {
        let body = facts.body(plan)
        let timestamp = JakartaTime.text(milliseconds: milliseconds)
        let text = StringToSign.bytes(
            path: plan.signedPath == .url ? settings.registeredURL : settings.registeredPath,
            body: body.bytes.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        var signature = try settings.gatewayKey.sign(text.span)
        if isCorrupted { signature[0] ^= 1 }
        request = OutboundRequest(
            method: "POST",
            target: settings.notifyPath,
            fields: [
                (name: "X-PARTNER-ID", value: settings.clientID),
                (name: "X-EXTERNAL-ID", value: externalID),
                (name: "X-TIMESTAMP", value: timestamp),
                (
                    name: "X-SIGNATURE",
                    value: String(decoding: Base64.encode(signature.span), as: UTF8.self)
                ),
                (name: "CHANNEL-ID", value: settings.channelID),
                (name: "Content-Type", value: "application/json"),
            ],
            body: plan.bodyForm == .spaced ? spaced(body.bytes) : body.bytes,
            isRepeatable: true
        )
        attempt = CallbackAttempt(
            externalID: externalID,
            timestamp: timestamp,
            stringToSign: String(decoding: text, as: UTF8.self)
        )
    }
}

/// The same JSON with a line break behind every comma and a blank behind every colon.
private func spaced(_ json: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var isInString = false
    var isEscaped = false
    for byte in json {
        output.append(byte)
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if !isInString, byte == UInt8(ascii: ",") {
            output += [UInt8(ascii: "\n"), UInt8(ascii: " ")]
        } else if !isInString, byte == UInt8(ascii: ":") {
            output.append(UInt8(ascii: " "))
        }
    }
    return output
}
