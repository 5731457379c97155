import Glibc
import Support
import Testing

/// What a reload takes from a token ends with it, waits and streams too.
@Suite(.blocking)
struct TokenRevocationTests {
    private static let orders =
        "      { name: \"orders\", file: \"orders.token\", scopes: [\"feed\", \"generate\"] },"

    /// Changes that take the scope `feed` from the token `orders`.
    private static let revocations: [(why: String, line: String, secret: String?)] = [
        ("it is gone", "", nil),
        ("it lacks the scope", orders.replacing("\"feed\", ", with: ""), nil),
        ("it has another secret", orders, "another-secret-of-more-than-32-characters"),
        ("it has another name", orders.replacing("name: \"orders\"", with: "name: \"shop\""), nil),
    ]

    private func apply(
        _ line: String,
        secret: String? = nil,
        to daemon: Daemon
    ) throws {
        let text = Workspace.configuration.replacing(Self.orders, with: line)
        try daemon.workspace.write(text, to: "config.json5")
        if let secret { try daemon.workspace.write(secret, to: "orders.token", mode: 0o600) }
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
    }

    @Test(arguments: 0..<4)
    func `a token that a reload takes away loses its waits and streams`(row: Int) throws {
        let (why, line, secret) = Self.revocations[row]
        let daemon = try Daemon(in: Workspace())
        let polls = ["/v1/transitions?after=latest&wait=55", "/v1/transactions/NONE?wait=55"]
        let lost = try polls.map { try daemon.open($0, as: "orders") }
        let kept = try daemon.open(polls[0], as: "ops")
        let lostStream = try EventSource(daemon, as: "orders")
        let keptStream = try EventSource(daemon, as: "ops")
        // Whether they wait already makes no difference.
        try apply(line, secret: secret, to: daemon)
        for poll in lost {
            let answer = try poll.response()
            let isRefused = answer.status == 403 && row == 1
            if !isRefused { check(answer, 401, "unauthorized", "\(why)") }
        }
        #expect(try lostStream.next() == nil, "\(why)")
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try kept.response().json["transitions"].items.count == 1)
        #expect(try keptStream.next()?.id == "1")
    }

    @Test func `of reloads that follow one another quickly, the last stays`() throws {
        let daemon = try Daemon(in: Workspace())
        let secrets = (0..<10).map { "secret-\($0)-of-more-than-32-characters-in-all" }
        for secret in secrets {
            try daemon.workspace.write(secret, to: "orders.token", mode: 0o600)
            daemon.process.signal(SIGHUP)
        }
        let statuses = {
            try secrets.map { secret in
                var request = daemon.internalRequest("GET", "/v1/transitions", as: nil)
                request.add("Authorization", "Bearer \(secret)")
                return try RawClient(daemon.internalEndpoint).exchange(request.bytes).status
            }
        }
        while try statuses().last != 200 {}
        // Signals that came while others waited may have been one.
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        #expect(try statuses() == Array(repeating: 401, count: 9) + [200])
    }

    @Test func `a token that a reload leaves keeps them`() throws {
        let daemon = try Daemon(in: Workspace())
        let poll = try daemon.open("/v1/transitions?after=latest&wait=55", as: "orders")
        let stream = try EventSource(daemon, as: "orders")
        try daemon.workspace.write(
            "another-secret-of-more-than-32-characters",
            to: "next.token",
            mode: 0o600
        )
        let other = Self.orders.replacing("orders", with: "next")
        try apply(Self.orders + "\n" + other, to: daemon)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try poll.response().json["transitions"].items.count == 1)
        #expect(try stream.next()?.id == "1")
    }
}
