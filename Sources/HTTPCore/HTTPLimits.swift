/// Size limits of a request; the defaults are those of the configuration section `limits`.
package struct HTTPLimits: Equatable, Sendable {
    /// Maximum bytes of a head, from the request line through the empty line; a larger head gets
    /// 431.
    ///
    /// The same limit applies to the trailers of a chunked body, and separately to the sum of its
    /// chunk extensions.
    package var headerBytes = 16_384

    /// Maximum field lines of a head, and of a chunked body's trailers; more get 431.
    package var headerCount = 64

    /// Maximum bytes of a request target; a longer one gets 414.
    ///
    /// RFC 9112 section 3 recommends support for request lines of 8,000 bytes at least.
    package var targetBytes = 8_192

    /// Maximum bytes of a method; a longer one gets 501.
    ///
    /// The longest registered method has 17.
    package var methodBytes = 32

    /// Maximum bytes of a body after decoding; a larger body gets 413.
    package var bodyBytes = 65_536

    package init() {}
}
