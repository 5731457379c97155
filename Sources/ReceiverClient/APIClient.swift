import Commands
import Configuration
package import HTTPClient
import HTTPCore
import Snap
package import Text

/// A client of the internal API of a daemon.
package struct APIClient: Sendable {
    package let endpoint: APIEndpoint
    private let http: HTTPClient

    /// The maximum size of a response: 1,000 callbacks as JSON, each with head and body at their
    /// limits.
    private static let responseBytesMax = 1 << 28

    /// The maximum size of a response that is not kept in memory: some millions of records.
    private static let streamBytesMax = 1 << 30

    /// Makes a client; connections are opened with the first request.
    ///
    /// - Parameters:
    ///   - responseSeconds: the timeout of one response.
    ///   - streams: whether the client is for ``stream(_:_:to:)``.
    package init(
        _ endpoint: APIEndpoint,
        responseSeconds: Int,
        streams: Bool = false
    ) throws(CommandProblem) {
        self.endpoint = endpoint
        var settings = ClientSettings()
        settings.requestTimeoutSeconds = responseSeconds
        settings.responseBytesMax = streams ? Self.streamBytesMax : Self.responseBytesMax
        do throws(HTTPClientError) {
            http = try HTTPClient(settings)
        } catch {
            throw CommandProblem(.internalError, error.description)
        }
    }

    /// Sends a GET request; parameters without a value are omitted.
    package func get(
        _ path: [String],
        _ parameters: [(name: String, value: String?)] = []
    ) async throws(CommandProblem) -> JSONDocument {
        try await send(getRequest(path, parameters)).document()
    }

    /// Sends a GET request, and passes the body of a successful response to `sink` as it arrives.
    ///
    /// - Throws: also when `sink` returned false.
    package func stream(
        _ path: [String],
        _ parameters: [(name: String, value: String?)],
        to sink: @escaping OutboundRequest.BodySink
    ) async throws(CommandProblem) {
        var request = getRequest(path, parameters)
        request.bodySink = sink
        let response = try await send(request)
        if !response.isStreamed { _ = try response.document() }
    }

    private func getRequest(
        _ path: [String],
        _ parameters: [(name: String, value: String?)]
    ) -> OutboundRequest {
        OutboundRequest(method: "GET", target: target(path, parameters), isRepeatable: true)
    }

    /// A path with its query; parameters without a value are omitted.
    private func target(
        _ path: [String],
        _ parameters: [(name: String, value: String?)]
    ) -> String {
        let query = parameters.compactMap { name, value in
            value.map { "\(name)=\(encoded($0))" }
        }
        return self.path(path) + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// Sends CSV in a POST request that changes nothing, and so may be repeated.
    package func post(
        csv body: [UInt8],
        _ path: [String],
        _ parameters: [(name: String, value: String?)]
    ) async throws(CommandProblem) -> JSONDocument {
        try await send(
            OutboundRequest(
                method: "POST",
                target: target(path, parameters),
                fields: [("Content-Type", "text/csv")],
                body: body,
                isRepeatable: true
            )
        ).document()
    }

    /// Sends a POST request, which is never repeated automatically.
    package func post(
        _ path: [String],
        _ body: JSONObjectText
    ) async throws(CommandProblem) -> JSONDocument {
        try await send("POST", path, body)
    }

    /// Sends a PUT request, which is never repeated automatically.
    package func put(
        _ path: [String],
        _ body: JSONObjectText
    ) async throws(CommandProblem) -> JSONDocument {
        try await send("PUT", path, body)
    }

    /// Sends a DELETE request, which is never repeated automatically.
    package func delete(_ path: [String]) async throws(CommandProblem) {
        let request = OutboundRequest(
            method: "DELETE",
            target: self.path(path),
            isRepeatable: false
        )
        try await send(request).checkNoContent()
    }

    /// Sends `GET /readyz`; the report is the response of a daemon that is not ready, too.
    package func readiness() async throws(CommandProblem) -> JSONDocument {
        try await send(getRequest(["readyz"], [])).document(isReport: true)
    }

    private func send(
        _ method: String,
        _ path: [String],
        _ body: JSONObjectText
    ) async throws(CommandProblem) -> JSONDocument {
        try await send(
            OutboundRequest(
                method: method,
                target: self.path(path),
                fields: [("Content-Type", "application/json")],
                body: body.bytes,
                isRepeatable: false
            )
        ).document()
    }

    /// Closes all connections.
    package func close() async { await http.close() }

    private func path(_ segments: [String]) -> String {
        endpoint.basePath + segments.map { "/" + encoded($0) }.joined()
    }

    private func send(
        _ request: OutboundRequest
    ) async throws(CommandProblem) -> APIResponse {
        var request = request
        let accepted = request.bodySink == nil ? "application/json" : "*/*"
        if let token = endpoint.token {
            request.fields.append(("Authorization", token.token.authorization))
        }
        request.fields.append(("Accept", accepted))
        let response: InboundResponse
        do throws(HTTPClientError) {
            response = try await http.send(request, to: endpoint.origin)
        } catch {
            throw CommandProblem(request, to: endpoint.origin, error)
        }
        return APIResponse(response, from: endpoint)
    }
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

/// A response of the internal API, or of another server in its place.
private struct APIResponse {
    private let status: Status
    private let body: [UInt8]
    private let endpoint: APIEndpoint

    init(_ response: InboundResponse, from endpoint: APIEndpoint) {
        status = response.status
        body = response.body
        self.endpoint = endpoint
    }

    /// Whether the body of a request with a sink was passed to the sink.
    var isStreamed: Bool { status == .ok }

    /// The JSON object of a successful response.
    ///
    /// - Parameter isReport: whether 503 is a success, too, if the object has `checks`.
    /// - Throws: the problem of an error response, or of a response that is not one of the API.
    func document(isReport: Bool = false) throws(CommandProblem) -> JSONDocument {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body)
        } catch {
            throw foreign("which is not JSON")
        }
        if isReport, status == .serviceUnavailable, document.root["checks"] != nil {
            return document
        }
        guard (200...299).contains(status.code) else { throw problem(document.root) }
        guard document.root.kind == .object else { throw foreign("which is not a JSON object") }
        return document
    }

    /// Throws the problem of any response but 204.
    func checkNoContent() throws(CommandProblem) {
        if status == .noContent { return }
        _ = try document()
        throw foreign("which has content")
    }

    /// Formats problem details (RFC 9457) as `TITLE: DETAIL (field F; gateway CODE MESSAGE)`.
    private func problem(_ details: JSONValue) -> CommandProblem {
        guard let type = details["type"]?.string, type.hasPrefix(Self.typePrefix),
            let title = details["title"]?.string
        else { return foreign("without problem details") }
        var text = title
        if let detail = details["detail"]?.string { text += ": \(detail)" }
        var remarks: [String] = []
        if let field = details["field"]?.string { remarks.append("field \(field)") }
        if let code = details["responseCode"]?.string {
            let words = ["gateway", code, details["responseMessage"]?.string]
            remarks.append(words.compactMap(\.self).joined(separator: " "))
        }
        if isAboutToken, let token = endpoint.token {
            remarks.append("the token is in \(token.path)")
        }
        if !remarks.isEmpty { text += " (\(remarks.joined(separator: "; ")))" }
        var problem = CommandProblem(code, text)
        problem.isPassing = details["retryable"]?.bool ?? false
        problem.type = String(type.dropFirst(Self.typePrefix.count))
        return problem
    }

    private static let typePrefix = "urn:cashin-receiver:problem:"

    /// The problem of a response that the internal API does not send.
    private func foreign(_ what: String) -> CommandProblem {
        var problem = CommandProblem(
            .unavailable,
            "\(endpoint.origin) answered \(status.code) \(status.reasonPhrase), \(what); "
                + "expected the internal API of cashin-receiver"
        )
        // A proxy in front of an unavailable daemon responds like this.
        problem.isPassing = code == .unavailable
        return problem
    }

    private var isAboutToken: Bool { [401, 403].contains(status.code) }

    /// The exit code for the status.
    private var code: ExitCode {
        switch status.code {
        case 401, 403: .configuration
        case 408, 429, 502, 503, 504: .unavailable
        case 400...499: .badData
        default: .internalError
        }
    }
}

/// Escapes all bytes of `text` but unreserved characters.
private func encoded(_ text: String) -> String {
    String(decoding: PercentEncoding.encoded(text.utf8), as: UTF8.self)
}
