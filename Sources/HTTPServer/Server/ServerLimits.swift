package import HTTPCore

/// Limits on the clients of one server; the defaults are those of the configuration section
/// `limits`.
package struct ServerLimits: Equatable, Sendable {
    /// Size limits of a request.
    package var http = HTTPLimits()

    /// Maximum open connections; further ones get a 503 and are closed.
    package var connections = 4096

    /// Maximum seconds from the first byte of a request to the end of its head.
    package var headerSeconds = 10

    /// Maximum seconds from the end of a request's head to the end of its body.
    ///
    /// The limit is a total, not a pause between bytes: bodies are small, and a client that sends
    /// slowly cannot hold a connection for longer.
    package var bodySeconds = 10

    /// Maximum seconds without a byte of the next request.
    package var idleSeconds = 75

    /// Maximum seconds in which the client reads no byte of the output.
    package var writeSeconds = 30

    package init() {}

    /// Unsent bytes from which on no further request is read and the writer of a stream has to
    /// wait.
    static let outputBytesMax = 65_536

    /// Maximum seconds after the last response in which input is dropped, so that the client can
    /// read the response instead of a reset.
    static let lingerSeconds = 2

    /// Maximum bytes dropped in that time.
    static let lingerBytesMax = 1_048_576

    /// Maximum connections beyond the limit that get a 503 at the same time.
    static let refusedConnectionsMax = 64
}
