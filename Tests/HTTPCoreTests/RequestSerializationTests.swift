import Testing

@testable import HTTPCore

struct RequestSerializationTests {
    private func serialize(
        method: String = "POST",
        target: String = "/a?b=c",
        host: String = "a.test",
        fields: [(name: String, value: String)] = [],
        bodyBytes: Int? = 0
    ) throws(UnsendableRequest) -> String {
        let bytes = try serializeRequestHead(
            method: method,
            target: target,
            host: host,
            fields: fields,
            bodyBytes: bodyBytes
        )
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `what is written is what the parser reads`() throws {
        let text = try serialize(fields: [("X-A", "b, c"), ("Y", "")], bodyBytes: 7)
        #expect(
            text == "POST /a?b=c HTTP/1.1\r\nHost: a.test\r\nX-A: b, c\r\nY: \r\n"
                + "Content-Length: 7\r\n\r\n"
        )
        let head = try parseRequestHead(Array(text.utf8), limits: .init())
        #expect(head.framing == .contentLength(7))
        #expect(head.pathIs("/a"))
    }

    @Test(arguments: [
        ("GET", 0, false), ("GET", 1, true), ("POST", 0, true), ("PUT", 0, true),
        ("HEAD", 0, false),
    ])
    func `a length stands where the method or a body asks for it`(
        method: String,
        bodyBytes: Int,
        hasLength: Bool
    ) throws {
        let text = try serialize(method: method, bodyBytes: bodyBytes)
        #expect(text.contains("Content-Length: \(bodyBytes)\r\n") == hasLength)
    }

    @Test func `a body in chunks has no length`() throws {
        let text = try serialize(bodyBytes: nil)
        #expect(text.hasSuffix("\r\nTransfer-Encoding: chunked\r\n\r\n"))
        let head = try parseRequestHead(Array(text.utf8), limits: .init())
        #expect(head.framing == .chunked)
    }

    @Test(arguments: ["", "A B", "A\r\n", "A:", "Ä"])
    func `a method is a token`(method: String) {
        #expect(throws: UnsendableRequest.method) { try serialize(method: method) }
    }

    @Test(arguments: ["", "a", "*", "http://a/", "/a b", "/a\r\n", "/a#b", "/%4", "/ä", "/\u{0}"])
    func `a target is a path with an optional query`(target: String) {
        #expect(throws: UnsendableRequest.target) { try serialize(target: target) }
    }

    @Test(arguments: ["", "a b", "a\r\nB: c", "a/b", "a@b", "[", "a:b", "a\u{0}"])
    func `a host is a name or an address with an optional port`(host: String) {
        #expect(throws: UnsendableRequest.host) { try serialize(host: host) }
    }

    @Test(arguments: ["", "A B", "A:", "A\r\nB", "Ä"])
    func `a field's name is a token`(name: String) {
        #expect(throws: UnsendableRequest.fieldName(index: 1)) {
            try serialize(fields: [("A", "b"), (name, "c")])
        }
    }

    @Test func `a field's value has no control character but HTAB`() {
        for byte in UInt8.min..<0x80 {
            let value = "a" + String(UnicodeScalar(byte)) + "b"
            let isAllowed = byte == 9 || (byte >= 0x20 && byte != 0x7F)
            let text = try? serialize(fields: [("A", value)])
            #expect((text != nil) == isAllowed, "byte \(byte)")
        }
    }

    @Test(arguments: [
        "Host", "content-length", "Transfer-Encoding", "CONNECTION", "Expect", "Upgrade", "TE",
    ])
    func `what decides about framing and connection cannot be set`(name: String) {
        let error = #expect(throws: UnsendableRequest.reservedField(name: name)) {
            try serialize(fields: [(name, "1")])
        }
        #expect(error?.description == "\(name) cannot be set")
    }
}
