import Ledger
import Payments
import Store

/// The parts of a request that are equal in many gateway calls: the signed path, and the head with
/// placeholders.
///
/// A head has about 700 bytes. Only the time, the ID, the signature and the length differ from call
/// to call; they are columns, or follow from one. Storing the form once saves most of the bytes of
/// a call.
package struct CallForm: Hashable, Sendable {
    let signedPath: String

    /// The head; a byte below 0x05 is a placeholder for one of the values of the call.
    let head: [UInt8]

    /// The placeholder of the first value; those of the others follow it. No head contains such
    /// bytes.
    private static let firstPlaceholder: UInt8 = 1

    /// The form of a call's request; nil when it cannot reproduce the head exactly. Then the head
    /// itself is stored.
    init?(_ call: GatewayCall) {
        let values = Self.values(
            timestamp: call.timestamp,
            externalID: call.externalID,
            signature: call.signature,
            bodyCount: call.requestBody.count
        )
        var head = call.requestHead
        for (value, placeholder) in zip(values, Self.firstPlaceholder...) {
            let ending: [UInt8] = [0x0D, 0x0A]
            let field = [UInt8(ascii: ":"), UInt8(ascii: " ")] + value
            guard !value.isEmpty, let found = head.firstRange(of: field + ending) else { continue }
            let place = (found.lowerBound + 2)..<(found.upperBound - ending.count)
            head.replaceSubrange(place, with: [placeholder])
        }
        self.init(signedPath: call.signedPath, head: head)
        guard self.head(values) == call.requestHead else { return nil }
    }

    package init(signedPath: String, head: [UInt8]) {
        self.signedPath = signedPath
        self.head = head
    }

    /// The values that differ from call to call, in the order of their placeholders.
    private static func values(
        timestamp: String,
        externalID: String,
        signature: String,
        bodyCount: Int
    ) -> [[UInt8]] {
        [timestamp, externalID, signature, String(bodyCount)].map { Array($0.utf8) }
    }

    /// The head of the call with these values, byte for byte as it was sent.
    package func head(
        timestamp: String,
        externalID: String,
        signature: String,
        bodyCount: Int
    ) -> [UInt8] {
        head(
            Self.values(
                timestamp: timestamp,
                externalID: externalID,
                signature: signature,
                bodyCount: bodyCount
            )
        )
    }

    /// Replaces the placeholders by the values.
    private func head(_ values: [[UInt8]]) -> [UInt8] {
        let placeholders = Self.firstPlaceholder..<(Self.firstPlaceholder + UInt8(values.count))
        return head.flatMap { byte in
            placeholders.contains(byte) ? values[Int(byte - Self.firstPlaceholder)] : [byte]
        }
    }
}

extension NumberedValues<CallForm> {
    /// The table `call_forms`.
    convenience init(_ connection: any SQLDatabase) throws(StoreError) {
        try self.init(connection, table: "call_forms", columns: ["signed_path", "request_head"]) {
            (form, row) in
            row.text(form.signedPath)
            row.blob(form.head)
        }
    }
}
