package import Payments
import Text

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
        var found: Reference?
        for range in body.ranges(of: Array("\"\(name)\"".utf8)) {
            var rest = body[range.upperBound...].drop(while: isJSONBlank)
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
