/// A parsed request head, which owns its bytes; its parts are ranges into them.
///
/// It is a class because a request is passed on many times before its response is sent.
package final class RequestHead: Sendable {
    /// Exactly as received, from the request line through the empty line.
    package let bytes: [UInt8]
    package let method: Range<Int>

    /// The request target as received, in any of the four forms of RFC 9112 section 3.2.
    package let target: Range<Int>

    /// The path of the target, still escaped; empty for the authority-form of CONNECT.
    ///
    /// `*` for the asterisk-form.
    package let path: Range<Int>

    /// What follows the first `?` of the target; nil when there is none.
    package let query: Range<Int>?
    package let version: HTTPVersion

    /// In the order received.
    package let fields: [Field]
    package let framing: BodyFraming

    /// Whether the client keeps the connection open after the response (RFC 9112 section 9.3).
    package let keepAlive: Bool

    /// Whether the client may wait for a 100 before it sends its body (RFC 9110 section 10.1.1);
    /// false without a body, and in HTTP/1.0.
    package let expectsContinue: Bool

    init(
        bytes: [UInt8],
        method: Range<Int>,
        target: Range<Int>,
        path: Range<Int>,
        query: Range<Int>?,
        version: HTTPVersion,
        fields: [Field],
        framing: BodyFraming,
        keepAlive: Bool,
        expectsContinue: Bool
    ) {
        self.bytes = bytes
        self.method = method
        self.target = target
        self.path = path
        self.query = query
        self.version = version
        self.fields = fields
        self.framing = framing
        self.keepAlive = keepAlive
        self.expectsContinue = expectsContinue
    }

    /// The bytes of one of the head's ranges.
    package subscript(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// The text of one of the head's ranges; invalid UTF-8 becomes U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether the method is `name`; methods are case-sensitive (RFC 9110 section 9.1).
    package func methodIs(_ name: String) -> Bool { bytes[method].elementsEqual(name.utf8) }

    /// Whether the path has exactly these bytes; percent escapes are not decoded.
    package func pathIs(_ wanted: [UInt8]) -> Bool { bytes[path].elementsEqual(wanted) }

    /// Whether the path has exactly the bytes of `wanted`; percent escapes are not decoded.
    package func pathIs(_ wanted: String) -> Bool { bytes[path].elementsEqual(wanted.utf8) }

    /// The values of all fields with this name (case-insensitive), in the order received.
    package func values(of name: String) -> [Range<Int>] {
        let bytes = bytes
        var values: [Range<Int>] = []
        for field in fields where bytes.span.matches(name, in: field.name) {
            values.append(field.value)
        }
        return values
    }

    /// The value of a field that may occur only once; the name is case-insensitive.
    ///
    /// Allocates nothing.
    package func single(_ name: String) -> SingleField {
        let bytes = bytes
        let search = FieldSearch(of: name, in: fields, of: bytes.span)
        guard let first = search.first else { return .absent }
        return search.isRepeated ? .repeated : .value(first.value)
    }
}

extension RequestHead: Equatable {
    /// Compares the bytes only: equal bytes parse to equal heads.
    package static func == (one: RequestHead, other: RequestHead) -> Bool {
        one === other || one.bytes == other.bytes
    }
}
