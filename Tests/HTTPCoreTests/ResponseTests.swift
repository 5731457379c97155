import Testing

@testable import HTTPCore

struct ResponseTests {
    /// The wire form of `response` as text.
    private func wire(
        _ response: Response,
        for version: HTTPVersion = .http11,
        isHEAD: Bool = false,
        keepAlive: Bool = true,
        date: HTTPDate? = nil
    ) -> String {
        var out: [UInt8] = []
        response.serialize(
            into: &out,
            for: version,
            isHEAD: isHEAD,
            keepAlive: keepAlive,
            date: date
        )
        return String(decoding: out, as: UTF8.self)
    }

    @Test func `a response is its status line, fields, length and body`() {
        var response = Response(.ok, body: Array("{}".utf8))
        response.add("Content-Type", "application/json")
        response.add("X-Bytes", Array("a\tb".utf8))
        response.add("X-Slice", Array("xyz".utf8)[1...])
        #expect(
            wire(response)
                == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Bytes: a\tb\r\n"
                + "X-Slice: yz\r\nContent-Length: 2\r\n\r\n{}"
        )
    }

    @Test func `an empty body has its length too`() {
        #expect(wire(Response(.notFound)) == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `a HEAD is answered with the length of what is left out`() {
        let response = Response(.ok, body: Array("hello".utf8))
        #expect(wire(response, isHEAD: true) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    }

    @Test func `Connection is written where the default of the version is not meant`() {
        let close = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        let keep = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
        #expect(wire(Response(.ok), keepAlive: false) == close)
        #expect(wire(Response(.ok), for: .http10, keepAlive: false) == close)
        #expect(wire(Response(.ok), for: .http10) == keep)

        var closing = Response(.ok)
        closing.closes = true
        #expect(wire(closing) == close)
        #expect(wire(closing, for: .http10) == close)
    }

    @Test(arguments: [Status.noContent, .notModified])
    func `a status without content has neither body nor length`(status: Status) {
        let text = wire(Response(status, body: Array("lost".utf8)))
        #expect(text == "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n\r\n")
    }

    @Test func `a code without a phrase keeps the space before it`() {
        #expect(wire(Response(Status(418))) == "HTTP/1.1 418 \r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `a date is written when there is one`() {
        let date = HTTPDate(epochSeconds: 784_111_777)
        #expect(
            wire(Response(.ok), date: date)
                == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Content-Length: 0\r\n\r\n"
        )
    }

    @Test func `responses are appended behind one another`() {
        var out = Array("before".utf8)
        Response(.ok).serialize(into: &out, for: .http11, isHEAD: false, keepAlive: true)
        let text = String(decoding: out, as: UTF8.self)
        #expect(text == "beforeHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `an interim answer is a status line and an empty line`() {
        #expect(Response.continueBytes == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }

    @Test func `a field value holds no control character but HTAB`() {
        for byte in UInt8.min...UInt8.max {
            let value = Array("12345678".utf8) + [byte]
            let isValid = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
            #expect(isFieldValue(value.span) == isValid, "\(byte)")
        }
    }

    @Test func `a field that would break the head stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var response = Response(.ok)
            response.add("X", "a\r\nSet-Cookie: b")
        }
        await #expect(processExitsWith: .failure) {
            var response = Response(.ok)
            response.add("X: a\r\nY", "b")
        }
        await #expect(processExitsWith: .failure) {
            var response = Response(.ok)
            response.add("", "b")
        }
    }

    @Test func `a status is 100 to 599`() async {
        #expect(Status(100).code == 100)
        #expect(Status(599).code == 599)
        await #expect(processExitsWith: .failure) { _ = Status(99) }
        await #expect(processExitsWith: .failure) { _ = Status(600) }
    }
}
