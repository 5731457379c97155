import Payments
import Testing
import Text

@testable import AlertMessages

/// Bodies with placeholders.
struct AlertTemplateTests {
    static let hostile = "\"}],\\\n\u{0}\u{202E}</b>&<!channel> ${detail} %41"

    /// A message about one entry.
    static func message(
        reference: String? = "TRX-1",
        detail: String = "the amount differs",
        url: String? = "http://127.0.0.1:8081/v1/attention?kind=amount-mismatch"
    ) -> AlertMessage {
        AlertMessage(
            alert: "ops",
            kind: .amountMismatch,
            openCount: 1,
            resolvedCount: 0,
            entries: [
                AlertEntry(
                    id: 7,
                    reference: reference,
                    detail: detail,
                    count: 1,
                    openedMilliseconds: 0
                )
            ],
            url: url
        )
    }

    private func body(
        _ text: String,
        _ form: AlertTemplate.Form = .json,
        of message: AlertMessage = AlertTemplateTests.message()
    ) throws -> String {
        String(decoding: try AlertTemplate(text, form: form).body(of: message), as: UTF8.self)
    }

    @Test func `each placeholder is replaced, as often as it occurs`() throws {
        let text = #"{"a": "${title}/${title}", "b": "${detail} ${kind} ${reference} ${url}"}"#
        #expect(
            try body(text)
                == #"{"a": "amount-mismatch: TRX-1/amount-mismatch: TRX-1", "b": "the amount "#
                + #"differs amount-mismatch TRX-1 "#
                + #"http://127.0.0.1:8081/v1/attention?kind=amount-mismatch"}"#
        )
    }

    @Test func `what is unknown is empty`() throws {
        let message = Self.message(reference: nil, url: nil)
        #expect(try body(#"["${reference}|${url}"]"#, of: message) == #"["|"]"#)
    }

    @Test func `values from outside stay inside of their strings`() throws {
        let message = Self.message(reference: Self.hostile, detail: Self.hostile)
        for part in ["title", "detail", "reference"] {
            let text = try body("{\"x\": \"${\(part)}\", \"y\": 1}", of: message)
            let root = try JSONDocument(Array(text.utf8)).root
            #expect(root["y"]?.literal == "1", "\(text)")
            let value = try #require(root["x"]?.string)
            #expect(value.contains("\"}],\\"), "\(value)")
            #expect(value.contains("${detail} %41"), "values are not replaced in turn")
            #expect(value.unicodeScalars.allSatisfy { $0.isPrintable }, "\(value)")
        }
    }

    @Test func `plain text and forms get values in their own way`() throws {
        let message = Self.message(reference: "a&b=c d+%/é\"")
        #expect(
            try body("text=${reference}&n=1", .urlEncoded, of: message)
                == "text=a%26b%3Dc%20d%2B%25%2F%C3%A9%22&n=1"
        )
        #expect(
            try body("!${reference}\n$ {x} $", .plainText, of: message)
                == "!a&b=c d+%/é\"\n$ {x} $"
        )
    }

    @Test(arguments: [
        (
            "{\"text\": \"${titel}\"}",
            "has the unknown placeholder \"${titel}\", expected one of ${title}, ${detail}, "
                + "${kind}, ${reference}, ${url}"
        ),
        ("{\"text\": \"${title\"}x", "has the unknown placeholder"),
        ("{\"text\": \"${title\"", "has a \"${\" without a \"}\""),
        ("{\"text\": \"${}\"}", "has the unknown placeholder \"${}\""),
        ("{\"text\": ${title}}", "is not JSON once its placeholders are replaced"),
        ("{\"n\": ${reference}}", "is not JSON once its placeholders are replaced"),
        ("{\"text\": \"${title}\",}", "is not JSON once its placeholders are replaced"),
        ("${title}", "is not JSON once its placeholders are replaced"),
        ("", "is not JSON once its placeholders are replaced (ends too early)"),
        ("{\"a\": 1, \"a\": 2}", "member name repeated"),
    ])
    func `what is no template is refused`(text: String, reason: String) {
        let error = #expect(throws: MalformedTemplate.self) { try AlertTemplate(text, form: .json) }
        #expect(error?.text.contains(reason) == true, "\(error?.text ?? "")")
    }

    @Test func `placeholders may be names of members`() throws {
        #expect(
            try body(#"{"${kind}": "a", "${reference}": "b"}"#)
                == #"{"amount-mismatch": "a", "TRX-1": "b"}"#
        )
    }

    @Test(arguments: [
        ("application/json", AlertTemplate.Form.json),
        ("Application/JSON; charset=utf-8", .json), ("application/ld+json ; x=y", .json),
        ("text/plain;charset=utf-8", .plainText),
        ("application/x-www-form-urlencoded", .urlEncoded), ("text/html", nil), ("text/xml", nil),
        ("", nil), ("json", nil),
    ])
    func `the media type decides how values are inserted`(
        type: String,
        form: AlertTemplate.Form?
    ) {
        #expect(AlertTemplate.Form(contentType: type) == form)
    }
}
