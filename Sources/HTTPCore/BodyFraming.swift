/// How the end of a request's body is known.
package enum BodyFraming: Equatable, Sendable {
    case none

    /// Bytes of the body. Not yet held against a limit; `Int.max` stands for any larger number.
    case contentLength(Int)
    case chunked
}

extension Span<UInt8> {
    /// Decides the framing by walking RFC 9112 section 6.3 in its order.
    ///
    /// Items 1 and 2 are about responses. Where items 3 and 5 leave a choice between repair and
    /// refusal, the request is refused: a body whose end two readers see at different places is how
    /// requests are smuggled.
    func requestFraming(
        fields: [Field],
        version: HTTPVersion
    ) throws(GrammarError) -> BodyFraming {
        let coding = Lookup(of: "Transfer-Encoding", in: fields, of: self)
        let length = Lookup(of: "Content-Length", in: fields, of: self)

        // Item 3: both. Item 4: the only coding implemented is one final "chunked", and RFC 9112
        // section 6.1 holds an HTTP/1.0 message with a coding to be faulty.
        if let first = coding.first {
            guard length.first == nil else {
                throw GrammarError(.framing, at: first.name.lowerBound)
            }
            guard !coding.isRepeated, version == .http11, matches("chunked", in: first.value)
            else { throw GrammarError(.transferEncoding, at: first.value.lowerBound) }
            return .chunked
        }

        // Items 5 and 6. A list of equal numbers could be read as one; it is refused like other
        // ones.
        if let first = length.first {
            guard !length.isRepeated, let count = decimal(first.value) else {
                throw GrammarError(.contentLength, at: first.value.lowerBound)
            }
            return .contentLength(count)
        }

        // Item 7: a request without either has no body. Item 8 is about responses.
        return .none
    }
}
