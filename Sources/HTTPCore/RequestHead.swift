/// One parsed head. It owns its bytes; its parts are ranges into them.
///
/// A class, because a request is handed on many times on its way to the answer.
package final class RequestHead: Sendable {
    /// What a name that may stand only once has: see ``single(_:)``.
    package enum Single: Equatable, Sendable {
        case absent
        case repeated
        case value(Range<Int>)
    }

    /// Exactly as received, from the request line through the empty line.
    package let bytes: [UInt8]
    package let method: Range<Int>

    /// The request target as received, in any of the four forms of RFC 9112 section 3.2.
    package let target: Range<Int>

    /// The path of an origin-form or absolute-form target, still escaped. `*` of an asterisk-form;
    /// empty for the authority-form of CONNECT.
    package let path: Range<Int>

    /// What follows the first `?` of the target; nil when there is none.
    package let query: Range<Int>?
    package let version: HTTPVersion

    /// In the order received.
    package let fields: [Field]
    package let framing: BodyFraming

    /// Whether the client wants to use the connection further (RFC 9112 section 9.3).
    package let keepAlive: Bool

    /// Whether the client may wait for a 100 before it sends its body (RFC 9110 section 10.1.1);
    /// false when no body is announced, and in HTTP/1.0.
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

    /// The text of one of the head's ranges; what is not UTF-8 in it becomes U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether the method is `name`. Methods are case-sensitive (RFC 9110 section 9.1).
    package func methodIs(_ name: String) -> Bool { bytes[method].elementsEqual(name.utf8) }

    /// Whether the path has exactly these bytes; escapes are not resolved.
    package func pathIs(_ wanted: [UInt8]) -> Bool { bytes[path].elementsEqual(wanted) }

    /// Whether the path has exactly the bytes of `wanted`; escapes are not resolved.
    package func pathIs(_ wanted: String) -> Bool { bytes[path].elementsEqual(wanted.utf8) }

    /// The values of every field with this name (in any case), in the order received.
    package func values(of name: String) -> [Range<Int>] {
        let bytes = bytes
        var values: [Range<Int>] = []
        for field in fields where bytes.span.matches(name, in: field.name) {
            values.append(field.value)
        }
        return values
    }

    /// The value of a field that may stand only once; its name in any case. Allocates nothing.
    package func single(_ name: String) -> Single {
        let bytes = bytes
        let lookup = Lookup(of: name, in: fields, of: bytes.span)
        guard let first = lookup.first else { return .absent }
        return lookup.isRepeated ? .repeated : .value(first.value)
    }
}

extension RequestHead: Equatable {
    /// Heads of the same bytes are parsed alike.
    package static func == (one: RequestHead, other: RequestHead) -> Bool {
        one === other || one.bytes == other.bytes
    }
}
