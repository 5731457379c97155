import Crypto
import Support
import Testing

/// `POST /v1/diagnose`: the diagnosis of a callback that was saved elsewhere.
@Suite(.blocking)
struct PastedCallbackTests {
    private func diagnose(
        _ daemon: Daemon,
        _ text: [UInt8],
        _ query: String = "",
        as token: String = "auditor"
    ) throws -> RawResponse {
        var request = daemon.internalRequest("POST", "/v1/diagnose" + query, as: token)
        request.add("Content-Type", "text/plain")
        request.body = text
        return try RawClient(daemon.internalEndpoint).exchange(request.bytes)
    }

    @Test func `a request, a curl command, a HAR file and the API's document say the same`() throws
    {
        let daemon = try Daemon(in: Workspace())
        var callback = try Callback()
        callback.signedBody = callback.body.bytes + [0x0A]
        #expect(try daemon.post(callback).code == "4015600")
        let stored = try #require(try daemon.callbacks().first?["id"].integer)
        let document = try daemon.get("/v1/callbacks/\(stored)", as: "auditor")
        let expected = try daemon.get("/v1/callbacks/\(stored)/diagnosis", as: "auditor").json
        let request = try callback.request()
        let headers = request.fields.map { " -H '\($0.name): \($0.value)'" }.joined()
        let body = String(decoding: request.body, as: UTF8.self)
        let curl =
            "curl -X POST\(headers) --data-binary '\(body)' \(Workspace.publicURL)"
        let quoted = { (text: String) in
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        let fields = request.fields.map {
            "{\"name\":\(quoted($0.name)),\"value\":\(quoted($0.value))}"
        }
        let har = """
            {"log":{"entries":[{"request":{"method":"POST","url":"\(Workspace.publicURL)",
            "headers":[\(fields.joined(separator: ","))],
            "postData":{"text":\(quoted(body))}}}]}}
            """
        for text in [request.bytes, Array(curl.utf8), Array(har.utf8), document.body] {
            let answer = try diagnose(daemon, text)
            #expect(answer.status == 200, "\(answer.text)")
            let found = answer.json
            #expect(found["verdict"].text == "oneChange")
            #expect(found["changes"] == expected["changes"])
            #expect(found["callbackId"] == .null)
            #expect(found["answer"]["responseCode"].text == "4015600")
        }
        #expect(try daemon.callbacks().count == 1)
    }

    @Test func `the time of receipt can be given`() throws {
        let daemon = try Daemon(in: Workspace())
        let request = try Callback().request()
        let late = try diagnose(daemon, request.bytes, "?receivedAt=2031-01-01T00:00:00+07:00")
        #expect(late.json["clock"]["withinTolerance"].bool == false)
        let none = try diagnose(daemon, request.bytes)
        #expect(none.json["clock"]["receivedAt"] == .null)
        #expect(none.json["verdict"].text == "verifies")
        let wrong = try diagnose(daemon, request.bytes, "?receivedAt=yesterday")
        check(wrong, 400, "invalid-parameter", field: "receivedAt")
    }

    @Test func `keys are those of the last reload`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let request = try Callback(key: workspace.keys.other).request()
        #expect(try diagnose(daemon, request.bytes).json["verdict"].text == "otherKey")
        try workspace.write(try workspace.keys.other.publicKey.pem(), to: "cashin-public.pem")
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        #expect(try diagnose(daemon, request.bytes).json["verdict"].text == "verifies")
    }

    @Test(arguments: [
        "", " \r\n\t", "{", "[", "null", "{\"log\":{\"entries\":[]}}", "{\"a\":1}", "curl",
        "curl '",
        "curl -d @/etc/passwd http://127.0.0.1/", "GET", "POST / HTTP/1.1",
        "POST / HTTP/9.9\r\n\r\n",
        "\u{0}\u{0}\u{0}", "<script>alert(1)</script>", "POST \u{202E} HTTP/1.1\r\n\r\n",
        String(repeating: "[", count: 60_000), String(repeating: "{\"a\":", count: 12_000),
        String(repeating: "curl ", count: 13_000), String(repeating: "X: y\r\n", count: 10_000),
    ])
    func `hostile text is refused or explained, and the receiver stays well`(text: String) throws {
        let daemon = try Daemon(in: Workspace())
        let answer = try diagnose(daemon, Array(text.utf8))
        if answer.status != 200 { check(answer, 400, "malformed-body") }
        #expect(!answer.text.contains("root:"))
        #expect(try daemon.post(Callback()).code == "2005600")
    }

    @Test func `what is no text, or too long, is refused`() throws {
        let daemon = try Daemon(in: Workspace())
        let noise = try diagnose(daemon, (0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 167) })
        check(noise, 400, "malformed-body")
        let long = try diagnose(daemon, Array(repeating: 0x20, count: 65_537))
        check(long, 413, "too-large")
        check(try diagnose(daemon, [0x20], as: "orders"), 403, "forbidden")
    }
}
