/// Limits and trust of the client; the defaults are those of the configuration section `cashIn`.
package struct ClientSettings: Sendable, Equatable {
    /// Maximum seconds to make a connection: name resolution, connecting to one address after the
    /// other, and TLS.
    package var connectTimeoutSeconds = 5

    /// Maximum seconds from the call to the last byte of the response, including the wait for a
    /// connection.
    package var requestTimeoutSeconds = 15

    /// Maximum open connections, including idle ones; further requests wait.
    package var connectionsMax = 16

    /// Maximum bytes of a response body after decoding.
    package var responseBytesMax = 1_048_576

    /// Maximum bytes of a response head, and of the head of each interim response.
    package var responseHeadBytesMax = 16_384

    /// Seconds after which an idle connection is closed.
    package var idleSeconds = 60

    /// A file of PEM certificates to trust instead of the system's.
    package var caFile: String?

    package init() {}
}
