import Captures
import Support
import Testing

@testable import Diagnosis

/// Saved callbacks, as people save them.
struct CaptureTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func capture(_ text: String) throws -> Capture { try Capture(bytes(text)) }

    /// The field of a capture, as text.
    private func field(_ name: String, _ capture: Capture) -> [String] {
        capture.callback.texts(of: name)
    }

    // MARK: Raw requests

    @Test(arguments: ["\r\n", "\n"]) func `a request is read with either end of line`(
        end: String
    ) throws {
        let head = ["POST /a?b=c HTTP/1.1", "Host: h", "x-Timestamp:  T \t", "X-Empty:", ""]
        let body = "\n \t{\r\n \"a\" : 1\n}\n\n"
        let capture = try capture(head.joined(separator: end) + end + body)
        #expect(capture.callback.method == "POST")
        #expect(capture.callback.target == "/a?b=c")
        #expect(capture.callback.body == bytes(body))
        #expect(capture.callback.fields.map(\.name) == ["Host", "x-Timestamp", "X-Empty"])
        #expect(field("X-TIMESTAMP", capture) == ["T"])
        #expect(field("x-empty", capture) == [""])
        #expect(capture.notes.isEmpty)
    }

    @Test func `an absolute target and blank lines before the request are read`() throws {
        let capture = try capture("\u{FEFF}\r\n\nPOST https://h/a HTTP/1.1\nA: b\n\nx")
        #expect(capture.callback.target == "https://h/a")
        #expect(capture.callback.body == bytes("x"))
        #expect(capture.notes == ["A byte order mark before the request was skipped."])
    }

    @Test func `what is odd about a request is noted`() throws {
        let capture = try capture("POST / HTTP/1.1\nCHANNEL -ID: 1\nContent-Length: 3\n\nab")
        #expect(
            capture.notes == [
                "The name \"CHANNEL -ID\" contains a blank: a server rejects such a request.",
                "Content-Length says 3, but the body has 2 bytes.",
            ]
        )
        let headOnly = try self.capture("POST / HTTP/1.1\nA: b")
        #expect(headOnly.callback.body.isEmpty)
        #expect(headOnly.callback.fields.count == 1)
        #expect(
            headOnly.notes == [
                "No empty line ends the head: the request was read without a body."
            ]
        )
    }

    @Test func `chunks are put together where the body is in chunks`() throws {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunked = try capture(head + "2\r\n{}\r\n0\r\n\r\n")
        #expect(chunked.callback.body == bytes("{}"))
        #expect(chunked.notes == ["The body was saved in chunked coding and was decoded."])
        let whole = try capture(head + "{\"a\":1}")
        #expect(whole.callback.body == bytes("{\"a\":1}"))
        #expect(whole.notes.isEmpty)
    }

    @Test(arguments: [
        ("", "it is empty"), (" \r\n\t", "it is empty"), ("{}", "it is neither"),
        ("POST /", "it is neither"), ("curling -x", "it is neither"),
        ("POST / HTTP/1.1\nnonsense\n\n", "line 2 is not a header, expected Name: value"),
        ("POST / HTTP/1.1\n: x\n\n", "line 2 is not a header"),
        ("curl", "it is neither"), ("curl -s", "the curl command has no URL"),
        ("curl -H", "the option -H has no value"),
        ("curl --data", "the option --data has no value"),
        ("curl u 'a", "the ' that opens in line 1 is never closed"),
        ("curl u \\\n \"a", "the \" that opens in line 2 is never closed"),
        ("curl u $'a\\'", "the $' that opens in line 1 is never closed"),
        ("curl u “a", "the “ that opens in line 1 is never closed"),
        ("curl u -d @body.json", "-d names the file \"body.json\", which is not read, and curl"),
        ("curl u --data-binary @b", "--data-binary names the file \"b\", which is not read: put"),
        ("curl u --json @b", "--json names the file \"b\""),
        ("curl u -H @heads", "the headers in \"@heads\" are not read"),
        ("curl u -F a=b", "-F makes a body that is not supported"),
        ("curl u --data-urlencode a=b", "--data-urlencode makes a body that is not supported"),
    ])
    func `what is no callback is refused with a reason`(text: String, reason: String) throws {
        let error = #expect(throws: CaptureError.self) { try capture(text) }
        #expect(error?.text.contains(reason) == true, "\(error?.text ?? "")")
    }

    @Test func `its size and its lines are bounded`() throws {
        let head = bytes("POST / HTTP/1.1\n\n")
        let room = Capture.bytesMax - head.count
        #expect(try Capture(head + [UInt8](repeating: 0, count: room)).callback.body.count == room)
        #expect(throws: CaptureError("it holds more than 1048576 bytes")) {
            try Capture(head + [UInt8](repeating: 0, count: room + 1))
        }
        let lines = { String(repeating: "A: b\n", count: $0) }
        #expect(try capture("POST / HTTP/1.1\n\(lines(999))\n").callback.fields.count == 999)
        #expect(throws: CaptureError("its head has more than 1000 lines")) {
            try capture("POST / HTTP/1.1\n\(lines(1_000))\n")
        }
    }

    // MARK: curl

    @Test(arguments: [
        #"curl -X POST -H 'A: b' -d '{"a":"b c"}' https://h/p?q"#,
        #"curl --request POST --header "A: b" --data "{\"a\":\"b c\"}" --url https://h/p?q"#,
        #"$ curl -sSXPOST -HA:b --data-raw $'{"a":"b\x20c"}' "https://h"/p?q#part"#,
        "curl \\\n  -kL 'https://h/p?q' \\\r\n --header='A:  b' \\\n --data-binary '{\"a\":\"b c\"}'",
        #"curl https://h/p?q -H A:\ b -u me:secret -o out --json {\"a\":\"b\ c\"} | jq"#,
    ])
    func `a command is read as curl reads it`(text: String) throws {
        let capture = try capture(text)
        #expect(capture.callback.method == "POST")
        #expect(capture.callback.target == "/p?q")
        #expect(field("Host", capture) == ["h"])
        #expect(field("a", capture) == ["b"])
        #expect(capture.callback.body == bytes(#"{"a":"b c"}"#))
        #expect(capture.notes.isEmpty)
    }

    @Test func `the rules of curl for bodies and headers hold`() throws {
        let several = try capture("curl h -d a --data-raw @b -d 'c\n'")
        #expect(several.callback.body == bytes("a&@b&c\n"))
        #expect(several.callback.method == "POST")
        #expect(several.callback.target == "/")
        let get = try capture("curl http://h:81 -H 'Host: other' -H 'X;' -H 'Y:' -H Z")
        #expect(get.callback.method == "GET")
        #expect(get.callback.body.isEmpty)
        #expect(field("Host", get) == ["other"])
        #expect(field("X", get) == [""])
        #expect(field("Y", get).isEmpty)
        #expect(get.notes.count == 2)
        let empty = try capture("curl h -d ''")
        #expect(empty.callback.method == "POST")
        #expect(empty.callback.body.isEmpty)
    }

    @Test func `escapes of the shell are resolved`() throws {
        let escapes = try capture(
            #"curl h -d $'a\n\t\\\'\"\u00e9\x41\101\q\u' -d "\$\`\"\\\n" -d \'\"#
        )
        #expect(escapes.callback.body == bytes("a\n\t\\'\"éAA\\q\\u&$`\"\\\\n&'\\"))
    }

    @Test func `what a command line does not need is noted or passed over`() throws {
        let capture = try capture("curl h two --unheard-of -d x -- -three\ncurl other")
        #expect(
            capture.notes == [
                "\"two\" belongs to no option and was skipped.",
                "The option \"--unheard-of\" is unknown and was skipped.",
                "\"-three\" belongs to no option and was skipped.",
            ]
        )
        let later = try self.capture("Example:\n\n  curl h -d x")
        #expect(later.notes == ["Lines before the curl command in line 3 were skipped."])
    }

    @Test func `typographic quotation marks around words are quotes`() throws {
        let capture = try capture("curl “https://h/p” -H ‘A: b’ -d '“x”'")
        #expect(capture.callback.target == "/p")
        #expect(field("A", capture) == ["b"])
        #expect(capture.callback.body == bytes("“x”"))
        #expect(capture.notes.count == 2)
    }

    /// The command of the gateway's page, with its forgotten quote, its missing blank and its curly
    /// quotation marks.
    @Test func `the page's own command gives a callback`() throws {
        let body = try Fixture.text("sample-notify.json")
        let capture = try capture(
            """
            curl --location --request POST 'https://{your_domain}/v1.0/debit/notify \\
            --header 'X-PARTNER-ID: CID17304190397339244f' \\
            --header 'X-EXTERNAL-ID: 3fa85f64-5717-4562-b3fc-2c963f66afa6' \\
            --header 'X-TIMESTAMP: 2024-11-04T10:00:00+07:00' \\
            --header 'X-SIGNATURE: \(Fixture.placeholderSignature)' \\
            --header 'CHANNEL-ID: 9552'\\
            --header 'Content-Type: application/json' \\
            --data-raw '\(body)'
            Example Response - API Notify for Acknowledge Payment
            { "responseCode": “2005600” }
            """
        )
        #expect(capture.callback.target == "/v1.0/debit/notify")
        #expect(capture.callback.method == "POST")
        #expect(capture.callback.body == bytes(body))
        #expect(
            capture.callback.fields.map(\.name) == [
                "Host", "X-PARTNER-ID", "X-EXTERNAL-ID", "X-TIMESTAMP", "X-SIGNATURE", "CHANNEL-ID",
                "Content-Type",
            ]
        )
        #expect(field("CHANNEL-ID", capture) == ["9552"])
        #expect(capture.notes.count == 2)
        #expect(capture.notes.first?.contains("line 1 is not closed") == true)
        #expect(capture.notes.last?.contains("Line 6 ends in a backslash") == true)

        let scene = try Scene()
        let diagnosis = try SignatureDiagnosis(capture.callback, scene.settings)
        #expect(diagnosis.verdict == .unusableSignature)
        #expect(diagnosis.summary.contains("placeholder"))
        #expect(diagnosis.notes.contains { $0.contains("typographic") })
    }

    @Test func `no text crashes it, whole or cut`() throws {
        let texts = [
            "POST /a HTTP/1.1\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            "curl -X POST 'h' -H \"A: \\\"b\" -d $'\\u00e9\\x4\\7' \\\r\n“x” ‘y’ --json z\\\n-d a",
        ]
        for text in texts.map(bytes) {
            for count in 0...text.count {
                _ = try? Capture(Array(text.prefix(count)))
                var spoilt = text
                if count < text.count { spoilt[count] = UInt8.random(in: 0...255) }
                _ = try? Capture(spoilt)
            }
        }
    }
}
