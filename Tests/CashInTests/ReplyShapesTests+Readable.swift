extension ReplyShapesTests {
    /// Shapes of good responses, which differ between the services by their code.
    static let readable: [(name: String, make: @Sendable (String) -> [UInt8])] = [
        ("as on the gateway's page", { response("200 OK", json, $0) }),
        ("a byte order mark", { response("200 OK", json, "\u{FEFF}" + $0) }),
        ("blanks around the JSON", { response("200 OK", json, "\r\n\t " + $0 + " \n") }),
        ("no Content-Type", { response("200 OK", [], $0) }),
        (
            "text/html as Content-Type of JSON",
            { response("200 OK", html, $0) }
        ),
        (
            "equal repeated lengths",
            { response("200 OK", ["Content-Length: \($0.utf8.count)"], $0) }
        ),
        (
            "a list of equal lengths",
            { body in
                let length = "\(body.utf8.count)"
                return Array("HTTP/1.1 200 OK\r\nContent-Length: \(length), \(length)\r\n\r\n".utf8)
                    + Array(body.utf8)
            }
        ),
        ("127 fields and a length", { response("200 OK", (1...127).map { "X-\($0): a" }, $0) }),
        (
            "60 KiB of head",
            {
                response("200 OK", ["X-A: " + String(repeating: "a", count: 61_440)], $0)
            }
        ),
        (
            "chunk sizes with blanks",
            { body in
                let size = String(body.utf8.count, radix: 16)
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                return Array("\(head)\(size)   \r\n\(body)\r\n 0 \r\n\r\n".utf8)
            }
        ),
        (
            "no length, ends with the connection",
            { Array("HTTP/1.0 200 OK\r\n\r\n\($0)".utf8) }
        ),
        (
            "Content-Encoding: UTF-8",
            { response("200 OK", ["Content-Encoding: UTF-8"], $0) }
        ),
        (
            "numbers for strings",
            { body in
                let code = body.contains("2004700") ? "2004700" : "2005100"
                let number = body.replacing("\"\(code)\"", with: code)
                return response("200 OK", [], number.replacing(#""PAY1""#, with: "17"))
            }
        ),
        (
            "blanks around values",
            { response("200 OK", [], $0.replacing(#""PAY1""#, with: #"" PAY1\n""#)) }
        ),
        (
            "blanks after qrContent, and another serviceCode",
            { body in
                let code = Answers.qrContent
                return response(
                    "200 OK",
                    [],
                    body.replacing(code, with: #"\#(code) \r\n","serviceCode":"51"#)
                )
            }
        ),
    ]
}
