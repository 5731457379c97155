import Captures
import Crypto
import Testing

@testable import Diagnosis

/// Saved callbacks of cmd.exe, of browsers' archives and of the API: the same callback in each form
/// verifies.
struct CaptureFormatTests {
    /// A body with everything that a form has to escape.
    static let body = #"{"a":"b c\\d \"e\" 100% & <x> ^ é","n":1}"#

    /// A callback with this body, and its signature.
    private static func scene() throws -> (scene: Scene, signature: String) {
        var scene = try Scene()
        scene.setBody(body)
        return (scene, try scene.signature())
    }

    private static func headers(_ signature: String) -> [(name: String, value: String)] {
        [
            ("X-PARTNER-ID", Scene.clientID), ("X-EXTERNAL-ID", "ext-1"),
            ("X-TIMESTAMP", Scene.timestamp), ("X-SIGNATURE", signature),
        ]
    }

    private func diagnosis(_ text: String, _ scene: Scene) throws -> (SignatureDiagnosis, Capture) {
        let capture = try Capture(Array(text.utf8))
        return (try SignatureDiagnosis(capture.callback, scene.settings), capture)
    }

    /// A word as cmd.exe needs it: every special character behind a caret, and for the program a
    /// backslash before each quotation mark and before each backslash in front of one.
    private static func caretWord(_ text: String) -> String {
        let escaped = text.replacing(/(\\*)"/) { "\($0.output.1)\($0.output.1)\\\"" }
        let plain = escaped.map { character in
            character.isASCII && !character.isLetter && !character.isNumber
                && !" _-:=+~'/.,?;()*`".contains(character) ? "^\(character)" : "\(character)"
        }
        return "^\"" + plain.joined() + "^\""
    }

    @Test(arguments: ["\n", "\r\n"])
    func `a curl command of cmd.exe with carets is read`(end: String) throws {
        let (scene, signature) = try Self.scene()
        var lines = ["curl \(Self.caretWord(Scene.url)) ^"]
        for (name, value) in Self.headers(signature) {
            lines.append("  -H \(Self.caretWord("\(name): \(value)")) ^")
        }
        lines.append("  --data-raw \(Self.caretWord(Self.body))")
        let (diagnosis, capture) = try diagnosis(lines.joined(separator: end) + end, scene)
        #expect(String(decoding: capture.callback.body, as: UTF8.self) == Self.body)
        #expect(capture.callback.target == Scene.path)
        #expect(capture.notes == ["The command was read as cmd.exe reads it."])
        #expect(diagnosis.verdict == .verifies)
    }

    @Test(arguments: [
        // Older Chrome: carets inside quotation marks, too.
        (#"curl.exe "http://h/p" ^"# + "\r\n"
            + #"  -H "A: b" --data-raw "^{^\^"a^\^":^\^"b c^\^"^}""#),
        // Firefox: doubled quotation marks.
        #"curl "http://h/p" -X POST -H "A: b" --data-raw "{""a"":""b c""}""#,
        // By hand.
        #"curl "http://h/p" ^"# + "\n" + #" -H "A: b" ^"# + "\n" + #" -d "{\"a\":\"b c\"}""#,
    ])
    func `other commands of cmd.exe are read`(text: String) throws {
        let callback = try Capture(Array(text.utf8)).callback
        #expect(String(decoding: callback.body, as: UTF8.self) == #"{"a":"b c"}"#)
        #expect(callback.texts(of: "A") == ["b"])
        #expect(callback.target == "/p")
        #expect(callback.method == "POST")
    }

    @Test func `a line end in a body of cmd.exe is kept`() throws {
        let text = "curl ^\"http://h/p^\" ^\n --data-raw ^\"^{^\n\n^}^\""
        #expect(try Capture(Array(text.utf8)).callback.body == Array("{\n}".utf8))
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func list(_ headers: [(name: String, value: String)]) -> String {
        headers.map { "{\"name\":\"\($0.name)\",\"value\":\"\($0.value)\"}" }
            .joined(separator: ",")
    }

    @Test func `a HAR file is read, and its callback found`() throws {
        let (scene, signature) = try Self.scene()
        let headers = [(":path", "/x")] + Self.headers(signature)
        let other = #"{"request":{"method":"GET","url":"https://h/x","headers":[]}}"#
        let text = """
            {"log":{"version":"1.2","entries":[\(other),
            {"startedDateTime":"2026-11-22T03:00:01.500Z","request":{"method":"POST",
            "url":"\(Scene.url)","headers":[\(Self.list(headers))],
            "postData":{"mimeType":"application/json","text":\(Self.quoted(Self.body))}}}]}}
            """
        let (diagnosis, capture) = try diagnosis(text, scene)
        #expect(diagnosis.verdict == .verifies)
        #expect(diagnosis.clock.differenceMilliseconds == 1_500)
        #expect(capture.notes.count == 2)
        #expect(capture.notes.first?.contains("2 requests") == true)
    }

    @Test func `the API's own document is read, also from its list`() throws {
        let (scene, signature) = try Self.scene()
        let body = String(decoding: Base64.encode(Array(Self.body.utf8).span), as: UTF8.self)
        let start = """
            {"id":7,"receivedAt":"2026-11-22T10:00:02.000+07:00","erased":null,
            "requestLine":"POST \(Scene.path) HTTP/1.1","headers":[\(Self.list(
                Self.headers(signature)))],
            """
        let documents = [
            start + "\"body\":\(Self.quoted(Self.body))}",
            start + "\"bodyBase64\":\"\(body)\"}",
            "{\"callbacks\":[\(start)\"body\":\(Self.quoted(Self.body))}],\"next\":7}",
        ]
        for document in documents {
            let (diagnosis, capture) = try diagnosis(document, scene)
            #expect(diagnosis.verdict == .verifies)
            #expect(diagnosis.clock.differenceMilliseconds == 2_000)
            #expect(capture.notes.isEmpty)
        }
    }

    @Test func `headers without a request line are read`() throws {
        let (scene, signature) = try Self.scene()
        let head = Self.headers(signature).map { "\($0.name): \($0.value)\n" }.joined()
        let (diagnosis, capture) = try diagnosis("\(head)\n\(Self.body)", scene)
        #expect(diagnosis.verdict == .verifies)
        #expect(
            capture.notes == [
                "There is no request line: it was read as POST /v1.0/debit/notify HTTP/1.1."
            ]
        )
    }

    @Test(arguments: [
        (#"{"log":{"entries":[]}}"#, "the archive contains no request"),
        (#"{"id":7,"headers":null,"erased":{}}"#, "were erased"),
        (#"{"requestLine":"POST / HTTP/1.1","headers":[],"bodyBase64":"?"}"#, "base64"),
        (#"{"a":1}"#, "neither a request nor a curl command"),
        ("Host: h\n\n{}", "neither a request nor a curl command"),
        ("curl -H ^\"A: b^\" ^\n", "has no URL"),
    ])
    func `what holds no callback is refused`(text: String, expected: String) {
        let error = #expect(throws: CaptureError.self) { try Capture(Array(text.utf8)) }
        #expect(error?.text.contains(expected) == true, "\(error?.text ?? "")")
    }

    @Test func `no text of these forms crashes it, whole or cut`() {
        let texts = [
            "curl ^\"http://h/p^\" ^\r\n --data-raw ^\"^{^\\^\"a^\\^\"^\r\n\r\n^}^\" ^",
            #"{"log":{"entries":[{"request":{"headers":[{"name":"A","value":"b"}],"url":"x"}}]}}"#,
            #"{"requestLine":"POST / HTTP/1.1","headers":[{"name":"A"}],"bodyBase64":"YQ=="}"#,
            "X-SIGNATURE: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        ].map { Array($0.utf8) }
        for text in texts {
            for count in 0...text.count {
                _ = try? Capture(Array(text.prefix(count)))
                var spoilt = text
                if count < text.count { spoilt[count] = UInt8.random(in: 0...255) }
                _ = try? Capture(spoilt)
            }
        }
    }
}
