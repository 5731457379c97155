import Support
import Testing

@testable import Forwarding

struct WebhookMessageTests {
    /// The example of the documentation of Standard Webhooks.
    @Test func `a message is signed as Standard Webhooks has it`() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let message = WebhookMessage(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            body: Array("{\"test\": 2432232314}".utf8)
        )
        let fields = try message.fields(at: 1_614_265_330, signedWith: secret)
        #expect(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(fields.map(\.value)[0...1] == ["msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"])
        #expect(fields[2].value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a transition is the data of its message`() {
        let message = WebhookMessage(
            feed: "f",
            sequence: 7,
            status: "success",
            recordedAt: "2026-11-29T20:00:00+07:00",
            json: Array("{\"sequence\":7}".utf8)
        )
        #expect(message.id == "f.7")
        #expect(
            String(decoding: message.body, as: UTF8.self)
                == "{\"type\":\"payment.success\",\"timestamp\":\"2026-11-29T20:00:00+07:00\","
                + "\"data\":{\"sequence\":7}}"
        )
    }

    @Test(arguments: [
        (24, "whsec_"), (64, "whsec_"), (32, " whsec_"), (32, "\n\twhsec_"),
    ])
    func `a secret has 24 to 64 bytes`(count: Int, prefix: String) throws {
        let text = prefix + encoded(count) + "\n"
        #expect(try WebhookSecret(text).key.count == count)
    }

    @Test(arguments: [
        ("", "contains no secret"), ("   ", "contains no secret"), ("secret", "contains no secret"),
        ("whsec_", "of 0 bytes"), ("whsec_a b", "contains no secret"),
        ("whsec_!!!!", "not base64"), ("WHSEC_" + encoded(32), "contains no secret"),
        ("whsec_" + encoded(23), "of 23 bytes"), ("whsec_" + encoded(65), "of 65 bytes"),
        ("whsec_" + encoded(32) + " whsec_" + encoded(32), "contains no secret"),
    ])
    func `any other text is refused with what is expected`(text: String, reason: String) throws {
        let problem = try #require(throws: WebhookSecret.Problem.self) {
            try WebhookSecret(text)
        }
        #expect(problem.description.contains(reason))
        #expect(problem.description.contains("openssl rand -base64 32"))
    }

    @Test func `a file that cannot be read is named`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("shop.secret")
        let missing = try #require(throws: WebhookSecret.Problem.self) {
            try WebhookSecret(file: path)
        }
        #expect(missing.description.hasPrefix("\(path) cannot be read, "))
        try directory.write("shop.secret", "x")
        let wrong = try #require(throws: WebhookSecret.Problem.self) {
            try WebhookSecret(file: path)
        }
        #expect(wrong.description.hasPrefix("\(path) contains no secret"))
    }

    @Test(
        arguments: [
            (1, nil, 1), (2, nil, 2), (6, nil, 32), (7, nil, 60), (1_000_000, nil, 60),
            (1, 30, 30), (5, 3, 16), (1, 0, 1), (1, 100_000, 600), (1, Int.max, 600),
        ] as [(Int, Int?, Int)]
    )
    func `pauses grow to a minute, or to what is asked for`(
        attempts: Int,
        requested: Int?,
        seconds: Int
    ) {
        #expect(RetryPause(attempts, requested: requested).duration == .seconds(seconds))
    }
}

/// So many bytes in base64.
private func encoded(_ count: Int) -> String {
    let groups = String(repeating: "AAAA", count: count / 3)
    return groups + ["", "AA==", "AAA="][count % 3]
}
