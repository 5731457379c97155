import COpenSSL

/// A fatal alert from the server (RFC 8446 section 6.2) that ends the handshake.
///
/// In TLS 1.3 the server checks the client's certificate after the client has begun to send its
/// request, so the alert can be the response to a request. A server that rejects the handshake
/// processes no request (RFC 8446 section 4.4.2.4).
struct TLSAlert: Error, Equatable, Sendable {
    /// The number that IANA has registered.
    let number: Int

    /// The alerts about a handshake, with their names, as in the registry of IANA but with blanks.
    ///
    /// Alerts that can also end an established connection, such as internal error, are not among
    /// them.
    private static let names = [
        40: "handshake failure", 42: "bad certificate", 43: "unsupported certificate",
        44: "certificate revoked", 45: "certificate expired", 46: "certificate unknown",
        47: "illegal parameter", 48: "unknown ca", 49: "access denied", 51: "decrypt error",
        70: "protocol version", 71: "insufficient security", 109: "missing extension",
        112: "unrecognized name", 116: "certificate required", 120: "no application protocol",
    ]

    /// The alerts about the client's certificate.
    private static let certificateNumbers = [42, 43, 44, 45, 46, 48, 49, 116]

    /// The alert of an entry of OpenSSL's error queue; nil for any other error, and for alerts that
    /// are not about a handshake.
    init?(errorCode: UInt) {
        // ssl.h: the reason of a received alert is SSL_AD_REASON_OFFSET and its number.
        let number = Int(ERR_GET_REASON(errorCode)) - Int(SSL_AD_REASON_OFFSET)
        guard ERR_GET_LIB(errorCode) == ERR_LIB_SSL, Self.names[number] != nil else { return nil }
        self.number = number
    }
}

extension TLSAlert: CustomStringConvertible {
    /// As in `the server rejected the handshake with TLS alert 116 (certificate required)`.
    var description: String {
        let text =
            "the server rejected the handshake with TLS alert \(number) "
            + "(\(Self.names[number] ?? "unknown"))"
        guard Self.certificateNumbers.contains(number) else { return text }
        return text + "; it requires a client certificate that it trusts"
    }
}
