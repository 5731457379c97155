import Crypto
import HTTPClient
import Payments
import Snap
import Text

/// The content of a callback, before it is encoded and signed.
struct CallbackFacts: Sendable {
    let partnerReferenceNo: Reference
    let referenceNo: Reference
    /// X-EXTERNAL-ID of the generate request, sent as `originalExternalId`.
    let externalID: String
    let status: LatestTransactionStatus
    let amount: Amount
    /// Milliseconds since the epoch, sent as `createdTime` in whole seconds of Jakarta time.
    let createdMilliseconds: Int64
    /// Milliseconds since the epoch, sent as `finishedTime` in whole seconds of Jakarta time.
    let finishedMilliseconds: Int64

    /// The documented body of a callback, in the forms of `plan` (article Gateway).
    ///
    /// By default the references are in the order of Cash In's notify table: `originalReferenceNo`
    /// is the merchant's.
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
        if plan.hasAdditionalInfo { body.add(BodyRewrite.additionalInfo, BodyRewrite.variedInfo) }
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

extension FaultPlan {
    /// Whether callbacks have `additionalInfo`, so that the changed forms of the body differ.
    fileprivate var hasAdditionalInfo: Bool { signedBody != .usual || sentBody != .usual }

    /// The path, or URL, that callbacks sign.
    fileprivate func path(_ settings: SimulatorSettings) -> String {
        otherSignedPath
            ?? (signedPath == .url ? settings.registeredURL : settings.registeredPath)
    }
}

extension Amount {
    /// The amount in the notation of Java for large numbers: `1.0E7`.
    ///
    /// The exponent counts rupiah, so it is two less than that of the number in sen.
    fileprivate var scientific: String {
        var digits = Array(String(sen))
        let exponent = digits.count - 3
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        guard sen > 0 else { return "0.0E0" }
        let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
        return "\(digits[0]).\(fraction)E\(exponent)"
    }
}

/// A callback that is encoded, signed and ready to send.
struct SignedCallback: Sendable {
    let request: OutboundRequest
    /// The record of the attempt, without a result.
    let attempt: CallbackAttempt

    /// Encodes and signs a callback.
    ///
    /// - Parameters:
    ///   - plan: the forms of body, signed path and references.
    ///   - externalID: X-EXTERNAL-ID of the callback itself; not signed (article Protocol).
    ///   - milliseconds: the time of X-TIMESTAMP, since the epoch.
    ///   - isCorrupted: whether to invert one bit of the signature, so that it does not verify.
    /// - Throws: if OpenSSL fails.
    init(
        _ facts: CallbackFacts,
        _ plan: FaultPlan,
        _ settings: SimulatorSettings,
        externalID: String,
        milliseconds: Int64,
        isCorrupted: Bool
    ) throws(CryptoError) {
        let body = facts.body(plan).bytes
        let sent = plan.sentBody.applied(to: plan.bodyForm == .spaced ? spaced(body) : body)
        let text = try plan.signedString.bytes(
            path: plan.path(settings),
            body: plan.signedBody == .usual ? body : plan.signedBody.applied(to: sent),
            time: plan.signedTime.text(milliseconds: milliseconds),
            clientID: settings.clientID
        )
        var signature = try settings.gatewayKey.sign(text.span)
        if isCorrupted { signature[0] ^= 1 }
        let timestamp = JakartaTime.text(milliseconds: milliseconds)
        var request = OutboundRequest(
            method: "POST",
            target: settings.notifyPath,
            fields: [
                (name: "X-PARTNER-ID", value: settings.clientID),
                (name: "X-EXTERNAL-ID", value: externalID),
                (name: "X-TIMESTAMP", value: timestamp),
                (
                    name: "X-SIGNATURE",
                    value: try plan.signatureForm.value(of: signature, over: text)
                ),
                (name: "CHANNEL-ID", value: settings.channelID),
                (name: "Content-Type", value: "application/json"),
            ] + Self.furtherFields(plan),
            body: sent,
            isRepeatable: true
        )
        if plan.framing != .length {
            request.body = chunked(request.body, isPadded: plan.framing == .padded)
            request.isChunked = true
        }
        self.request = request
        attempt = CallbackAttempt(
            externalID: externalID,
            timestamp: timestamp,
            stringToSign: String(decoding: text, as: UTF8.self)
        )
    }

    /// The fields that the faults `signed-string=bearer-token` and `sent-body=gzip` add.
    private static func furtherFields(_ plan: FaultPlan) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if plan.signedString == .bearerToken {
            fields.append((name: "Authorization", value: "Bearer \(SignedString.accessToken)"))
        }
        if plan.sentBody == .gzip { fields.append((name: "Content-Encoding", value: "gzip")) }
        return fields
    }
}

/// The body in chunks of 100 bytes (RFC 9112 section 7.1): with extensions, with a blank before
/// their semicolon as section 7.1.1 allows, or with blanks after the sizes.
private func chunked(_ body: [UInt8], isPadded: Bool) -> [UInt8] {
    var output: [UInt8] = []
    var rest = body[...]
    while !rest.isEmpty {
        let chunk = rest.prefix(100)
        rest = rest.dropFirst(100)
        let size = String(chunk.count, radix: 16)
        output += Array("\(size)\(isPadded ? "   " : " ;part=\"a b\"")\r\n".utf8) + chunk
        output += Array("\r\n".utf8)
    }
    return output + Array("0\r\n\r\n".utf8)
}

/// The same JSON with a line break and a blank after every comma, and a blank after every colon.
///
/// The signature covers the compact form, as gateways do that sign the minified body.
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
