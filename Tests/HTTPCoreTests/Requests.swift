import Testing

@testable import HTTPCore

/// One row of a table: the bytes of a request, and why the row is there.
struct Row: CustomTestStringConvertible, Sendable {
    let reason: String
    let text: String

    var testDescription: String { reason }

    init(_ reason: String, _ text: String) {
        self.reason = reason
        self.text = text
    }
}

/// What reading some bytes came to: a request, a wish for more, or a refusal.
typealias Outcome = Result<ParseResult, RequestError>

/// Reads `bytes` as one request that arrives in the pieces that end at `cuts` and at the end.
func read(_ bytes: [UInt8], cuts: some Sequence<Int> = [], limits: HTTPLimits = .init()) -> Outcome
{
    var reader = RequestReader(limits: limits)
    do throws(RequestError) {
        for cut in cuts {
            let result = try reader.read(bytes.span.extracting(0..<cut))
            if result != .needsMore { return .success(result) }
        }
        return .success(try reader.read(bytes.span))
    } catch { return .failure(error) }
}

func read(_ text: String, limits: HTTPLimits = .init()) -> Outcome {
    read(Array(text.utf8), limits: limits)
}

/// The head of `text`, which has to be a whole one.
func head(_ text: String, limits: HTTPLimits = .init()) throws(RequestError) -> RequestHead {
    try parseRequestHead(Array(text.utf8), limits: limits)
}

/// A GET with these lines in its head, each without its CRLF.
func get(_ target: String = "/", version: String = "HTTP/1.1", lines: String...) -> String {
    "GET \(target) \(version)\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A chunked POST whose body is `encoded`.
func chunkedPost(_ encoded: String) -> String {
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + encoded
}

extension Outcome {
    /// The refusal's error.
    var error: RequestError? {
        if case .failure(let error) = self { error } else { nil }
    }

    /// The part that was malformed.
    var malformedPart: MalformedPart? {
        if case .malformed(let part, _) = error { part } else { nil }
    }

    var request: ParsedRequest? {
        if case .success(.request(let request)) = self { request } else { nil }
    }
}

/// Requests that are right, with what makes each of them worth a row.
let validRequests = [
    Row("Content-Length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
    Row("an empty body", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
    Row("no body", "GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("one chunk", chunkedPost("5\r\nhello\r\n0\r\n\r\n")),
    Row(
        "several chunks, both cases",
        chunkedPost("A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n")
    ),
    Row("chunk extensions", chunkedPost("5;a=b;c=\"d e\"\r\nhello\r\n0 ; x\r\n\r\n")),
    Row("trailers", chunkedPost("1\r\nx\r\n0\r\nDigest: abc\r\nEmpty:\r\n\r\n")),
    Row("an empty chunked body", chunkedPost("0\r\n\r\n")),
    Row("an empty line in front", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("three empty lines in front", "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("brackets in the target", "GET /a[0]?b[]=c HTTP/1.1\r\nHost: a\r\n\r\n"),
    Row("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
    Row("values with HTAB and obs-text", "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb é\r\nY:\r\n\r\n"),
]
