/// How large a request may be. The defaults are those of contract section 3, `limits`.
package struct HTTPLimits: Equatable, Sendable {
    /// Bytes of a head, from the request line through the empty line. Over it: 431.
    ///
    /// It bounds a chunked body's trailers too, and separately the sum of its chunk extensions.
    package var headerBytes = 16_384

    /// Field lines of a head, and of a chunked body's trailers. Over it: 431.
    package var headerCount = 64

    /// Bytes of a request target. Over it: 414. RFC 9112 section 3 asks for 8,000 of request line.
    package var targetBytes = 8_192

    /// Bytes of a method. Over it: 501. The longest registered one has 17.
    package var methodBytes = 32

    /// Bytes of a body after decoding. Over it: 413.
    package var bodyBytes = 65_536

    package init() {}
}
