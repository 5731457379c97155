import HTTPCore

/// What an endpoint answers.
enum EndpointAnswer: Sendable {
    /// Sends bytes, and returns when there is room for more; false when the client has gone.
    typealias Write = @Sendable ([UInt8]) async -> Bool

    /// All of it at once.
    case response(Response)

    /// A head, whose body is the first part of the answer's, and what `body` writes until it
    /// returns. The client may go meanwhile: then its task is cancelled.
    case stream(head: Response, body: @Sendable (_ write: Write) async -> Void)
}
