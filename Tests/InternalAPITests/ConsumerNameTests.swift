import APIModel
import Configuration
import HTTPCore
import Support
import Testing

@testable import InternalAPI

/// Who may be named how, and by whom.
@Suite struct ConsumerNameTests {
    private func token(_ name: String, _ scopes: [Configuration.Scope]) throws -> Token {
        let secret = Array(repeating: UInt8(ascii: "a"), count: Token.characterCountMin)
        return try Token(name: name, scopes: scopes, contents: secret)
    }

    @Test func `names have 1 to 64 letters, digits, dots, underscores and hyphens`() {
        let longest = String(repeating: "a", count: 64)
        for name in ["a", "Z", "0", "a.", "a_", "a-", "orders.eu-1_b", "0..", longest] {
            #expect(ConsumerName.isValid(name), "\(name)")
        }
        for name in [
            "", ".", "_", "-", ".a", "_a", "-a", longest + "a", "a b", "a/b", "é", "a\u{0}", "a%",
            "a~", "a,b",
        ] {
            #expect(!ConsumerName.isValid(name), "\(name)")
        }
    }

    @Test(arguments: [
        ("orders", true), ("orders.eu", true), ("orders.", true), ("orders2", false),
        ("orders-eu", false), ("order", false), ("Orders", false), ("ops", false),
    ])
    func `a token moves consumers of its own name and what is below it`(
        name: String,
        isOwn: Bool
    ) throws {
        #expect(ConsumerName.isOf(try token("orders", [.feed]), name) == isOwn)
        #expect(ConsumerName.isOf(try token("ops", [.admin]), name))
    }

    @Test func `a parameter that names a consumer is checked`() throws {
        var request = try APIRequest(try requestHead("GET /a?consumer=x%2Fy&after=a HTTP/1.1"))
        try request.readQuery()
        let problem = #expect(throws: Problem.self) { try request.consumerName("consumer") }
        #expect(problem?.kind == .invalidParameter)
        #expect(problem?.field == "consumer")
        #expect(try request.consumerName("after") == "a")
        #expect(try request.consumerName("other") == nil)
    }
}
