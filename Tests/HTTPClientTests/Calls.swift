import HTTPClient
import HTTPCore
import Support
import Testing

/// A client of one test: waits that a loaded machine does not exceed, and the test's own authority.
func makeClient(
    connectSeconds: Int = 5,
    requestSeconds: Int = 300,
    connections: Int = 4,
    adjust: (inout ClientSettings) -> Void = { _ in }
) throws -> HTTPClient {
    var settings = ClientSettings()
    settings.connectTimeoutSeconds = connectSeconds
    settings.requestTimeoutSeconds = requestSeconds
    settings.connectionsMax = connections
    settings.caFile = try Certificates.shared().caFile
    adjust(&settings)
    return try HTTPClient(settings)
}

func post(_ body: String = "{}", isRepeatable: Bool = false) -> OutboundRequest {
    OutboundRequest(
        method: "POST",
        target: "/api/v1.0/qr/qr-mpm-query",
        fields: [("Content-Type", "application/json")],
        body: Array(body.utf8),
        isRepeatable: isRepeatable
    )
}

func get(_ target: String = "/", isRepeatable: Bool = true) -> OutboundRequest {
    OutboundRequest(method: "GET", target: target, isRepeatable: isRepeatable)
}

/// The error of a call that has to fail.
func failure(
    of request: OutboundRequest = get(),
    to origin: Origin,
    with client: HTTPClient
) async throws -> HTTPClientError {
    let error: HTTPClientError? = await #expect(throws: HTTPClientError.self) {
        _ = try await client.send(request, to: origin)
    }
    return try #require(error)
}

/// Returns once so many requests wait for a connection of `client`.
func untilWaiting(_ count: Int, for client: HTTPClient) async throws {
    try #require(await Patience.reaches { await client.waitingCount >= count })
}

extension InboundResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A response with a body and its length.
func ok(_ body: String, _ lines: String...) -> String {
    let fields = lines.map { $0 + "\r\n" }.joined()
    return "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

extension TestServer {
    func origin(_ host: String = "127.0.0.1", isSecure: Bool = false) -> Origin {
        Origin(isSecure: isSecure, host: host, port: port)
    }
}
