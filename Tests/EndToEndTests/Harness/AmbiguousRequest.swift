import Support

/// A request whose end a proxy and the receiver could see at different places, with another request
/// behind one of them. Drawn from a seed.
struct AmbiguousRequest: CustomStringConvertible {
    /// What is sent.
    let bytes: [UInt8]

    /// The path of the request inside. No proxy of ours forwards it.
    static let innerPath = "/smuggled"

    var description: String { String(decoding: bytes, as: UTF8.self).debugDescription }

    /// The request inside, whole.
    static let inner = "GET \(innerPath) HTTP/1.1\r\nHost: pay.example.id\r\n\r\n"

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let pick = { (choices: [String]) in choices.randomElement(using: &random) ?? "" }
        let lineEnd =
            Int.random(in: 0..<6, using: &random) == 0 ? pick(["\n", "\r", "\r\r\n"]) : "\r\n"
        let method = pick(["POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "PUT"])
        let target = pick(Self.targets)
        let version = pick(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0"])
        let body = pick([
            Self.inner,
            "0\r\n\r\n\(Self.inner)",
            "\(String(Self.inner.utf8.count, radix: 16))\r\n\(Self.inner)\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n\(Self.inner)",
            "\(pick(Self.chunkSizes))\r\nhello\r\n0\r\n\r\n\(Self.inner)",
            "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n\(Self.inner)",
            "5\nhello\n0\n\n\(Self.inner)",
            "5\r\nhelloX\r\n0\r\n\r\n\(Self.inner)",
            "",
        ])
        var lines = ["\(method) \(target) \(version)", "Host: pay.example.id", "X-SIGNATURE: AAAA"]
        var framing = (0..<Int.random(in: 1...3, using: &random)).map { _ in pick(Self.framings) }
        let lengths = [body.utf8.count, 0, 5, 10, body.utf8.count - Self.inner.utf8.count]
        framing = framing.map { field in
            field.replacing(
                "LENGTH",
                with: String(max(lengths.randomElement(using: &random) ?? 0, 0))
            )
        }
        lines += framing
        lines.append(pick(["Connection: close", "Connection: keep-alive", pick(Self.connections)]))
        let text = lines.joined(separator: lineEnd) + lineEnd + lineEnd + body
        bytes = Array((text + pick(["", "", Self.inner])).utf8)
    }

    private static let targets = [
        "/v1.0/debit/notify", "/v1.0/debit/notify", "/v1.0/debit/notify?a=b",
        "https://pay.example.id/v1.0/debit/notify", "/v1.0/debit/notify\t",
    ]

    private static let chunkSizes = [
        "05", "0x5", "+5", "-5", " 5", "5 ", "5\t", "5;a=b", "5;a=\"\r\n\"", "5;\n", "5\u{b}",
        "5_0",
        "00000000000000000005", "10000000000000005", "ffffffffffffffff", "5\r",
    ]

    /// `LENGTH` stands for one of several numbers.
    private static let framings = [
        "Content-Length: LENGTH", "Content-Length: LENGTH", "Content-Length:LENGTH",
        "Content-Length: LENGTH\t", "Content-Length : LENGTH", "Content-Length: +LENGTH",
        "Content-Length: 0LENGTH", "Content-Length: LENGTH, LENGTH", "Content-Length: LENGTH, 5",
        "Content-Length: LENGTH\r\n 0", "Content-Length: 0x5", "Content-Length: -1",
        "Content-Length: 18446744073709551616", "Content-Length: ", "Content_Length: LENGTH",
        "Content-Length\u{b}: LENGTH", "X: a\nContent-Length: LENGTH",
        "X: a\rContent-Length: LENGTH",
        "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", "transfer-encoding: Chunked",
        "Transfer-Encoding:chunked", "Transfer-Encoding : chunked", "Transfer-Encoding: \tchunked",
        "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: identity", "Transfer-Encoding: xchunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1", "Transfer-Encoding:\r\n chunked",
        "Transfer_Encoding: chunked",
        "Transfer-Encoding: chunked\u{b}", "Transfer-Encoding: gzip, chunked",
        " Transfer-Encoding: chunked",
        "X: a\nTransfer-Encoding: chunked", "X: a\rTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, chunked", "TE: trailers", "Expect: 100-continue",
    ]

    private static let connections = [
        "Connection: close, Content-Length", "Connection: Transfer-Encoding, close",
        "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
        "Connection: close\r\nContent-Type: a\r\nHost: other.example.id",
        "Proxy-Connection: keep-alive",
    ]
}
