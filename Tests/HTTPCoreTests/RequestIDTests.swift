import Testing

@testable import HTTPCore

/// X-Request-ID as a proxy sets it.
@Suite struct RequestIDTests {
    private func requestID(_ fields: String) throws -> String? {
        let head = try head("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        return head.requestID.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        arguments: [
            "1", "9f1c2d3e4f5061728394a5b6c7d8e9f0", "8f14e45f-ceea-467f-9575-6e7b1a5c3d2e",
            "Root=1-67891233-abcdef012345678912345678", "a.b_c:d/e+f=",
            String(repeating: "x", count: 64),
        ]
    )
    func `the usual forms are taken`(text: String) throws {
        #expect(try requestID("X-Request-ID: \(text)\r\n") == text)
        #expect(try requestID("x-request-id:\(text) \r\n") == text)
    }

    @Test(
        arguments: [
            "", "X-Request-ID:\r\n", "X-Request-ID: a b\r\n", "X-Request-ID: a\"b\r\n",
            "X-Request-ID: a,b\r\n", "X-Request-ID: \u{e9}\r\n",
            "X-Request-ID: 1\r\nX-Request-ID: 1\r\n",
            "X-Request-ID: " + String(repeating: "x", count: 65) + "\r\n",
        ]
    )
    func `anything else is ignored`(fields: String) throws {
        #expect(try requestID(fields) == nil)
    }

    @Test func `every byte is in the list or not`() throws {
        let allowed = Set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/+=".utf8
        )
        for byte in UInt8(0x21)...0x7E {
            let text = "x\(Character(Unicode.Scalar(byte)))x"
            let isTaken = try requestID("X-Request-ID: \(text)\r\n") != nil
            #expect(isTaken == allowed.contains(byte), "\(text)")
        }
    }
}
