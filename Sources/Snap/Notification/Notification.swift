package import Payments
package import Text

/// The decoded body of an authentic callback (article Checks, row 7, to article Checks, row 9).
///
/// Members that decide are decoded at once. Members that are only displayed are decoded from the
/// stored body when they are read.
package struct Notification: Sendable {
    /// The references, the status and the amount; no amount where that of a success or refund has
    /// two readings.
    package let fact: Fact

    /// The amount with all its readings.
    package let reportedAmount: ReportedAmount

    /// The instants of `createdTime` and `finishedTime`; nil when they cannot be read.
    package let created: Timestamp?
    package let finished: Timestamp?

    private let document: JSONDocument
    private let members: NotificationMembers

    /// Decodes `body`.
    ///
    /// Missing and blank members (article Checks, row 8) are checked before malformed ones
    /// (article Checks, row 9).
    package init(_ body: [UInt8]) throws(NotificationError) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body)
        } catch {
            throw .badRequest(error)
        }
        guard document.tokens[0].kind == .object else { throw .badRequest(nil) }
        let decoder = NotificationDecoder(document)
        try decoder.requireMandatoryMembers()
        (fact, reportedAmount) = try decoder.fact()
        created = decoder.timestamp(.createdTime)
        finished = decoder.timestamp(.finishedTime)
        try decoder.checkOptionalMembers()
        self.document = document
        members = decoder.members
    }

    /// `createdTime` as received.
    package var createdTime: String { text(.createdTime) ?? "" }

    /// `finishedTime` as received.
    package var finishedTime: String { text(.finishedTime) ?? "" }

    /// `finishedTime` as received, and its instant.
    package var finishedAt: GatewayTime {
        GatewayTime(text: finishedTime, milliseconds: finished?.milliseconds)
    }

    /// `originalExternalId`, a string or an integer literal; informational.
    package var originalExternalID: String? { firstText(NotificationDecoder.externalIDNames) }

    /// `transactionStatusDesc`, informational.
    package var transactionStatusDesc: String? { firstText(NotificationDecoder.descriptionNames) }

    /// The times that cannot be read; their texts are stored all the same.
    package var unreadableTimes: [NotificationField] {
        (created == nil ? [.createdTime] : []) + (finished == nil ? [.finishedTime] : [])
    }

    private func text(_ name: NotificationMembers.Name) -> String? {
        guard let index = members[name], document.tokens[index].kind != .null else { return nil }
        return document.text(of: index)
    }

    private func firstText(_ names: [NotificationMembers.Name]) -> String? {
        for name in names {
            if let text = text(name) { return text }
        }
        return nil
    }
}

/// The references that can be read from an invalid notification, so that the gateway can be queried
/// about its payment. They are a hint, never a fact.
package struct ReadableReferences: Equatable, Sendable {
    package let originalPartnerReferenceNo: Reference?
    package let originalReferenceNo: Reference?

    /// Reads the members if `body` is JSON, else searches for the names.
    package init(_ body: [UInt8]) {
        if let root = try? JSONDocument(body).root {
            originalPartnerReferenceNo = root["originalPartnerReferenceNo"]?.string
                .flatMap { Reference($0) }
            originalReferenceNo = root["originalReferenceNo"]?.string.flatMap { Reference($0) }
        } else {
            originalPartnerReferenceNo = Self.search("originalPartnerReferenceNo", in: body)
            originalReferenceNo = Self.search("originalReferenceNo", in: body)
        }
    }

    /// The reference after `"name":`; nil unless all occurrences of the name agree.
    private static func search(_ name: String, in body: [UInt8]) -> Reference? {
        let quote = UInt8(ascii: "\"")
        let quotedName = Array("\"\(name)\"".utf8)
        var found: Reference?
        var unsearched = body[...]
        // The generic search of the standard library takes 16 ms for a body of 64 KiB.
        while let start = unsearched.firstIndex(of: quote) {
            unsearched = body[(start + 1)...]
            guard body[start...].starts(with: quotedName) else { continue }
            var rest = body[(start + quotedName.count)...].drop(while: isJSONBlank)
            guard rest.first == UInt8(ascii: ":") else { continue }
            rest = rest.dropFirst().drop(while: isJSONBlank)
            guard rest.first == quote else { continue }
            let content = rest.dropFirst().prefix(Reference.bytesMax + 1)
            guard let end = content.firstIndex(of: quote) else { return nil }
            let text = content[..<end]
            guard let reference = Reference(text.span) else { return nil }
            // Escapes are not decoded outside of JSON.
            if reference.text.utf8.contains(UInt8(ascii: "\\")) { return nil }
            if let found, found != reference { return nil }
            found = reference
        }
        return found
    }
}
