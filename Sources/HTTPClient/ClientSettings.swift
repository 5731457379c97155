/// How the client calls out. The defaults are those of contract section 3, `cashIn`.
package struct ClientSettings: Sendable, Equatable {
    /// From the first look at the name to a connection that can be used: resolving, connecting to
    /// one address after the other, TLS.
    package var connectTimeoutSeconds = 5

    /// From the call to the last byte of the response, waiting for a free connection included.
    package var requestTimeoutSeconds = 15

    /// Connections that are open at once, idle ones included. Further requests wait their turn.
    package var connectionsMax = 16

    /// Bytes of a response's body after decoding.
    package var responseBytesMax = 1_048_576

    /// Bytes of a response's head, and of each interim one's.
    package var responseHeadBytesMax = 16_384

    /// How long an unused connection is kept.
    package var idleSeconds = 60

    /// Certificates in PEM to trust instead of the system's.
    package var caFile: String?

    package init() {}
}
