import HTTPCore
import Text

/// What comes back in place of a response, or around it, as firewalls, proxies and CDNs in front of
/// a gateway send it (article Gateway).
///
/// The request is processed as usual; only its response changes.
enum ReplyShape: String, CaseIterable, Sendable {
    case usual
    case html200 = "html-200"
    case html401 = "html-401"
    case html403 = "html-403"
    case html502 = "html-502"
    case html524 = "html-524"
    case redirect
    case gzip
    case utf16
    case empty
    case cut
    case array
    case otherAPI = "other-api"
    case otherService = "other-service"
    case manyFields = "many-fields"
    case byteOrderMark = "bom"
    case blanks
    case numbers

    /// No response: the connection stays open until the merchant's time limit ends.
    case silent

    /// The response as the merchant receives it; unchanged for ``silent``, which sends none.
    func applied(to response: Response) -> Response {
        switch self {
        case .usual, .silent: response
        case .html200: Self.page(200)
        case .html401: Self.page(401)
        case .html403: Self.page(403)
        case .html502: Self.page(502)
        case .html524: Self.page(524)
        case .redirect: Self.loginRedirect
        case .gzip: Self.json(response.status, Self.gzipBytes)
        case .utf16: Self.json(response.status, [0xFF, 0xFE] + response.body.flatMap { [$0, 0] })
        case .empty: Self.json(response.status, [])
        case .cut: Self.json(response.status, Array(response.body.prefix(20)))
        case .array: Self.json(response.status, Array("[".utf8) + response.body + Array("]".utf8))
        case .otherAPI: Self.json(Status(403), Array(#"{"message":"Forbidden"}"#.utf8))
        case .otherService: Self.json(Status(401), Array(#"{"responseCode":"4017300"}"#.utf8))
        case .manyFields: Self.withFields(response)
        case .byteOrderMark: Self.json(response.status, [0xEF, 0xBB, 0xBF] + response.body)
        case .blanks: Self.json(response.status, Self.withBlanks(response.body))
        case .numbers: Self.json(response.status, Self.withNumericCode(response.body))
        }
    }

    private static func json(_ status: Status, _ body: [UInt8]) -> Response {
        var response = Response(status, body: body)
        response.add("Content-Type", "application/json")
        return response
    }

    private static func page(_ status: Int) -> Response {
        let page = "<html><head><title>Request blocked</title></head></html>"
        var response = Response(Status(status), body: Array(page.utf8))
        response.add("Content-Type", "text/html; charset=utf-8")
        return response
    }

    private static let loginRedirect: Response = {
        var response = Response(Status(302), body: [])
        response.add("Location", "https://login.example.id/?next=qr")
        return response
    }()

    /// `{}` in a gzip member without compression (RFC 1952, RFC 1951 section 3.2.4).
    private static let gzipBytes: [UInt8] = [
        0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0xFF, 0x01, 0x02, 0x00, 0xFD, 0xFF, 0x7B, 0x7D, 0x43,
        0xBF, 0xA6, 0xA3, 0x02, 0, 0, 0,
    ]

    /// More fields than servers usually send, within what the receiver reads.
    private static func withFields(_ response: Response) -> Response {
        var response = response
        for number in 1...100 { response.add("X-Trace-\(number)", "a") }
        return response
    }

    /// Blanks around the JSON, and after the values of strings.
    private static func withBlanks(_ body: [UInt8]) -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self)
            .replacing("\",\"", with: " \",\"").replacing("\"}", with: " \"}")
        return Array("\r\n \(text)\r\n".utf8)
    }

    /// The responseCode as a number.
    private static func withNumericCode(_ body: [UInt8]) -> [UInt8] {
        let name = Array("\"responseCode\":\"".utf8)
        guard let range = body.firstRange(of: name) else { return body }
        let code = body[range.upperBound...].prefix { $0 != UInt8(ascii: "\"") }
        return Array(body[..<range.upperBound].dropLast()) + code
            + body[range.upperBound...].dropFirst(code.count + 1)
    }
}
