import APIModel
import Crypto
import Text

/// An opaque location in a list, valid only for the query that returned it.
///
/// It is the base64url form (RFC 4648 section 5, without padding) of the text of the query and a
/// number. It is not signed: a forged cursor only selects another location of the same list.
enum PageCursor {
    /// Encodes a location.
    ///
    /// - Parameter query: the parameters of the list except `limit`, as text; different queries
    ///   have different texts.
    static func text(_ place: Int64, of query: String) -> String {
        let plain = Array("\(query) \(place)".utf8)
        let encoded = Base64.encode(plain.span).compactMap { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil as UInt8?
            default: byte
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Decodes a location; nil if `cursor` is not a cursor of this query.
    static func place(_ cursor: String, of query: String) -> Int64? {
        var encoded: [UInt8] = []
        for byte in cursor.utf8 {
            switch byte {
            case UInt8(ascii: "-"): encoded.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): encoded.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: encoded.append(byte)
            }
        }
        while !encoded.count.isMultiple(of: 4) { encoded.append(UInt8(ascii: "=")) }
        guard let plain = Base64.decode(encoded.span) else { return nil }
        let prefix = Array("\(query) ".utf8)
        guard plain.starts(with: prefix) else { return nil }
        return Int64(digits: plain.dropFirst(prefix.count))
    }
}

/// One page of a list: `{<plural>: […], next, more}`.
struct ListPage<Entry: Encodable, Next: Encodable>: Encodable {
    private let name: String
    private let entries: [Entry]
    private let next: Next
    private let more: Bool

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - name: the name of the member with the entries.
    ///   - next: the location after the page, which the client sends to get the next page.
    init(_ name: String, _ entries: [Entry], next: Next, more: Bool) {
        self.name = name
        self.entries = entries
        self.next = next
        self.more = more
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        try container.encode(entries, forKey: MemberName(name))
        try container.encode(next, forKey: "next")
        try container.encode(more, forKey: "more")
    }
}
