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

/// How the end of a request body is determined (RFC 9112 section 6.3).
package enum BodyFraming: Equatable, Sendable {
    case none

    /// Body length in bytes, not yet checked against a limit; `Int.max` stands for any larger
    /// number.
    case contentLength(Int)
    case chunked
}

extension Span<UInt8> {
    /// Determines the framing by the rules of RFC 9112 section 6.3, in their order.
    ///
    /// Items 1 and 2 apply to responses only. Where items 3 and 5 allow either repair or rejection,
    /// the request is rejected: two parsers that disagree about the end of a body make request
    /// smuggling possible.
    func requestFraming(
        fields: [Field],
        version: HTTPVersion
    ) throws(GrammarError) -> BodyFraming {
        let coding = FieldSearch(of: "Transfer-Encoding", in: fields, of: self)
        let length = FieldSearch(of: "Content-Length", in: fields, of: self)

        // Item 3: both fields are present. Item 4: only a single final "chunked" is implemented,
        // and RFC 9112 section 6.1 treats an HTTP/1.0 message with a transfer coding as faulty.
        if let first = coding.first {
            guard length.first == nil else {
                throw GrammarError(.framing, at: first.name.lowerBound)
            }
            guard !coding.isRepeated, version == .http11, matches("chunked", in: first.value)
            else { throw GrammarError(.transferEncoding, at: first.value.lowerBound) }
            return .chunked
        }

        // Items 5 and 6. The RFC lets a recipient read a list of equal numbers as one number; it is
        // rejected like any other list.
        if let first = length.first {
            guard !length.isRepeated, let count = decimal(first.value) else {
                throw GrammarError(.contentLength, at: first.value.lowerBound)
            }
            return .contentLength(count)
        }

        // Item 7: a request with neither field has no body. Item 8 applies to responses only.
        return .none
    }
}

/// The parsed head of a stored request.
package struct StoredHead {
    private let head: RequestHead

    /// Parses a head; nil for bytes that are not one, such as those of a request that was never
    /// sent.
    package init?(_ bytes: [UInt8]) {
        // The head was within the limits when it was received; today's limits do not apply.
        var limits = HTTPLimits()
        limits.headerBytes = bytes.count
        limits.headerCount = bytes.count
        limits.targetBytes = bytes.count
        limits.methodBytes = bytes.count
        guard let head = try? parseRequestHead(bytes, limits: limits) else { return nil }
        self.head = head
    }

    /// The version in the request line, `HTTP/1.0` or `HTTP/1.1`.
    package var version: String { head.version == .http10 ? "HTTP/1.0" : "HTTP/1.1" }

    /// The fields in the order and spelling received; invalid UTF-8 becomes U+FFFD.
    package var fields: [(name: String, value: String)] {
        head.fields.map { (name: head.text($0.name), value: head.text($0.value)) }
    }

    /// The value of a field that occurs once, nil otherwise; the name is case-insensitive.
    package func single(_ name: String) -> [UInt8]? {
        guard case .value(let range) = head.single(name) else { return nil }
        return Array(head[range])
    }
}
