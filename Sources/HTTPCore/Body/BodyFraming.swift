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
