import HTTPCore
import Payments
import Snap
package import Store
import Text

/// The JSON of a transition.
package struct TransitionRepresentation: Encodable {
    let sequence: Int64
    let partnerReferenceNo: String
    @Nullable var referenceNo: String?
    @Nullable var from: String?
    let to: String
    let latestTransactionStatus: String
    @Nullable var amount: MoneyRepresentation?
    let source: String

    @Nullable var `operator`: String?
    @Nullable var externalId: String?
    @Nullable var callbackId: Int64?
    @Nullable var paidAt: String?

    /// The time of payment, as the gateway wrote it.
    @Nullable var paidAtText: String?
    let recordedAt: String
    @Nullable var note: String?

    package init(_ record: TransitionRecord) {
        sequence = record.sequence
        partnerReferenceNo = record.partnerReferenceNo
        referenceNo = record.referenceNo
        from = record.from?.word
        to = record.to.word
        latestTransactionStatus = record.latestStatus.code
        amount = record.amount.map { MoneyRepresentation($0) }
        source = record.source.word
        `operator` = record.operatorName
        externalId = record.externalID
        callbackId = record.callbackID
        paidAt = record.paidAt.instant
        paidAtText = record.paidAt?.text
        note = record.note
        recordedAt = JakartaTime.textWithFraction(milliseconds: record.recordedMilliseconds)
    }
}

/// The JSON of a transition, written in one pass.
///
/// The bytes are equal to those of ``TransitionRepresentation``; a test compares them. Followers of
/// the feed receive many transitions, and `JSONEncoder` takes ten times as long.
package enum TransitionText {
    /// Appends the JSON object of `record` on one line, its members sorted by name.
    package static func append(_ record: TransitionRecord, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + 512)
        output.append(contentsOf: "{\"amount\":".utf8)
        append(record.amount, to: &output)
        append("callbackId", record.callbackID, to: &output)
        append("externalId", record.externalID, to: &output)
        append("from", record.from?.word, to: &output)
        append("latestTransactionStatus", record.latestStatus.code, to: &output)
        append("note", record.note, to: &output)
        append("operator", record.operatorName, to: &output)
        append("paidAt", time: record.paidAt?.milliseconds, to: &output)
        append("paidAtText", record.paidAt?.text, to: &output)
        append("partnerReferenceNo", record.partnerReferenceNo, to: &output)
        append("recordedAt", time: record.recordedMilliseconds, to: &output)
        append("referenceNo", record.referenceNo, to: &output)
        append("sequence", record.sequence, to: &output)
        append("source", record.source.word, to: &output)
        append("to", record.to.word, to: &output)
        output.append(UInt8(ascii: "}"))
    }

    private static func append(_ amount: Amount?, to output: inout [UInt8]) {
        guard let amount else { return output.append(contentsOf: "null".utf8) }
        output.append(contentsOf: "{\"currency\":\"IDR\",\"value\":\"".utf8)
        output.append(contentsOf: amount.description.utf8)
        output.append(contentsOf: "\"}".utf8)
    }

    private static func append(_ name: String, to output: inout [UInt8]) {
        output.append(contentsOf: ",\"".utf8)
        output.append(contentsOf: name.utf8)
        output.append(contentsOf: "\":".utf8)
    }

    private static func append(_ name: String, _ number: Int64?, to output: inout [UInt8]) {
        append(name, to: &output)
        output.append(contentsOf: (number.map { String($0) } ?? "null").utf8)
    }

    private static func append(_ name: String, time: Int64?, to output: inout [UInt8]) {
        append(name, to: &output)
        guard let time else { return output.append(contentsOf: "null".utf8) }
        output.append(UInt8(ascii: "\""))
        JakartaTime.append(milliseconds: time, hasFraction: true, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    private static func append(_ name: String, _ text: String?, to output: inout [UInt8]) {
        append(name, to: &output)
        guard let text else { return output.append(contentsOf: "null".utf8) }
        appendJSONString(text, to: &output)
    }
}
