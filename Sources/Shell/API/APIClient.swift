import Commands
import Configuration
import HTTPClient
import HTTPCore
import Snap
import Text

/// A client of the internal API of a daemon.
struct APIClient: Sendable {
    let endpoint: APIEndpoint
    private let http: HTTPClient

    /// The maximum size of a response: 1,000 callbacks as JSON, each with head and body at their
    /// limits.
    private static let answerBytesMax = 1 << 28

    /// Makes a client; connections are opened with the first request.
    ///
    /// - Parameter answerSeconds: the timeout of one response.
    init(_ endpoint: APIEndpoint, answerSeconds: Int) throws(CommandProblem) {
        self.endpoint = endpoint
        var settings = ClientSettings()
        settings.requestTimeoutSeconds = answerSeconds
        settings.responseBytesMax = Self.answerBytesMax
        do throws(HTTPClientError) {
            http = try HTTPClient(settings)
        } catch {
            throw CommandProblem(.internalError, error.description)
        }
    }

    /// Sends a GET request; parameters without a value are omitted.
    func get(
        _ path: [String],
        _ parameters: [(name: String, value: String?)] = []
    ) async throws(CommandProblem) -> JSONDocument {
        let query = parameters.compactMap { name, value in
            value.map { "\(name)=\(percentEncoded($0))" }
        }
        let target = query.isEmpty ? "" : "?" + query.joined(separator: "&")
        return try await send(
            OutboundRequest(method: "GET", target: self.path(path) + target, isRepeatable: true)
        )
    }

    /// Sends a POST request, which is never repeated automatically.
    func post(
        _ path: [String],
        _ body: JSONObjectText
    ) async throws(CommandProblem) -> JSONDocument {
        try await send(
            OutboundRequest(
                method: "POST",
                target: self.path(path),
                fields: [("Content-Type", "application/json")],
                body: body.bytes,
                isRepeatable: false
            )
        )
    }

    /// Closes all connections.
    func close() async { await http.close() }

    private func path(_ segments: [String]) -> String {
        endpoint.basePath + segments.map { "/" + percentEncoded($0) }.joined()
    }

    private func send(
        _ request: OutboundRequest
    ) async throws(CommandProblem) -> JSONDocument {
        var request = request
        request.fields += [
            ("Authorization", endpoint.token.token.authorization), ("Accept", "application/json"),
        ]
        let response: InboundResponse
        do throws(HTTPClientError) {
            response = try await http.send(request, to: endpoint.origin)
        } catch {
            throw CommandProblem(request, to: endpoint.origin, error)
        }
        return try APIResponse(response, from: endpoint).document()
    }
}

/// Escapes all bytes of `text` but unreserved characters (RFC 3986 section 2).
private func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            encoded.append(byte)
        default:
            encoded += Array((byte < 0x10 ? "%0" : "%").utf8)
            encoded += Array(String(byte, radix: 16, uppercase: true).utf8)
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

extension CommandProblem {
    /// The problem of a request without a response.
    ///
    /// If the request may have reached the daemon, the text says so.
    init(_ request: OutboundRequest, to origin: Origin, _ error: HTTPClientError) {
        var text = "\(origin): \(error)"
        if !request.isRepeatable, !error.isCertainlyNotSent {
            text += "; it may have been executed; repeat the same command"
        }
        self.init(error.phase == .prepare ? .internalError : .unavailable, text)
        isPassing = error.phase != .prepare
    }
}
