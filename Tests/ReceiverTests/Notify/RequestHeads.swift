import HTTPCore
import Testing

extension RequestHead {
    /// The head of a request, from its request line and its header lines.
    init(_ requestLine: String, _ lines: [String] = []) throws {
        let text = ([requestLine, "Host: x"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
        self = try parseRequestHead(Array(text.utf8), limits: HTTPLimits())
    }
}
