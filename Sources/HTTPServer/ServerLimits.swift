package import HTTPCore

/// What a client of one server may use at most (contract section 3, `limits`).
package struct ServerLimits: Equatable, Sendable {
    /// Sizes of a request.
    package var http = HTTPLimits()

    /// Open connections; who comes when they are taken is answered 503 and closed.
    package var connections = 4096

    /// From a request's first byte to the end of its head, in all, however its bytes trickle in.
    package var headerSeconds = 10

    /// From the end of a request's head to the end of its body, in all.
    ///
    /// A total rather than a pause between bytes: a body is small, and no pace is slow enough to
    /// hold a connection for longer.
    package var bodySeconds = 10

    /// Without a byte of a next request.
    package var idleSeconds = 75

    /// Without the client taking a byte of what is to be sent.
    package var writeSeconds = 30

    package init() {}

    /// How much of an answer may wait for the client before the next request is looked at, and
    /// before the writer of a stream has to wait.
    static let outputBytesMax = 65_536

    /// After the last answer: how long the client may go on sending, unread, so that it gets to
    /// read the answer instead of a reset.
    static let lingerSeconds = 2

    /// How much it may send in that time.
    static let lingerBytesMax = 1_048_576

    /// How many connections over the limit may be about to read their 503.
    static let refusedConnectionsMax = 64
}
