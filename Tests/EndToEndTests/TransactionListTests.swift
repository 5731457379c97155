import Support
import Testing

/// `GET /v1/transactions`: payments, the newest first.
@Suite(.blocking)
struct TransactionListTests {
    private static func list(_ daemon: Daemon, _ query: String) throws -> [String?] {
        let response = try daemon.get("/v1/transactions?\(query)", as: "orders")
        #expect(response.status == 200, "\(query): \(response.text)")
        return response.json["transactions"].items.map { $0["partnerReferenceNo"].text }
    }

    @Test func `payments are found by status, reference and each of their times`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "03")
        let second = try Callback(status: "05")
        let third = try Callback(status: "00")
        let paid = first.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        for callback in [first, second, third, paid] {
            #expect(try daemon.post(callback).code == "2005600")
        }
        let day = JakartaNow.text().prefix(10)
        let rows: [(query: String, expected: [Callback])] = [
            ("", [third, second, first]), ("by=created", [third, second, first]),
            ("by=updated", [first, third, second]), ("by=paid", [first, third]),
            ("status=success", [third, first]), ("status=cancelled,failed", [second]),
            ("status=pending", []), ("status=success&by=updated", [first, third]),
            ("by=paid&status=cancelled", []), ("referenceNo=\(third.gateway)", [third]),
            ("referenceNo=\(third.gateway)&status=failed", []),
            ("referenceNo=\(second.gateway)&by=paid", []), ("referenceNo=PAY-NONE", []),
            ("referenceNo=\(third.merchant)", []), ("from=\(day)", [third, second, first]),
            ("to=\(day)", []), ("by=paid&from=\(day)T00:00:00%2B07:00", [first, third]),
            ("by=updated&from=2099-01-01", []), ("from=2020-01-01&to=2020-01-02", []),
        ]
        for (query, expected) in rows {
            #expect(try Self.list(daemon, query) == expected.map(\.merchant), "\(query)")
        }
    }

    @Test func `payments are found by their amount, to be paid or paid`() throws {
        let daemon = try Daemon(in: Workspace())
        let small = try Callback(amount: "10000.00")
        let large = try Callback(amount: "10000000.00")
        for callback in [small, large] { #expect(try daemon.post(callback).code == "2005600") }
        let rows: [(query: String, expected: [Callback])] = [
            ("amount=10000.00", [small]), ("amount=10000", [small]), ("amount=10000.5", []),
            ("amount=10000000", [large]), ("by=paid&amount=10000", [small]),
            ("by=updated&amount=10000000", [large]), ("amount=0", []),
            ("amount=10000&status=failed", []), ("referenceNo=\(large.gateway)&amount=10000", []),
            ("referenceNo=\(large.gateway)&amount=10000000", [large]),
        ]
        for (query, expected) in rows {
            #expect(try Self.list(daemon, query) == expected.map(\.merchant), "\(query)")
        }
    }

    @Test(arguments: [
        "10.000", "25,000", "1e4", "-1", "", "Rp10000", "10000.001", "10000000000000000",
    ])
    func `an amount that is ambiguous, or none, is refused`(amount: String) throws {
        let daemon = try Daemon(in: Workspace())
        let response = try daemon.get("/v1/transactions?amount=\(amount)")
        check(response, 400, "invalid-parameter", field: "amount", "\(amount)")
    }

    @Test func `an entry looks like the single one, without the transitions`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let page = try daemon.get("/v1/transactions").json
        #expect(page.names == ["transactions", "next", "more"])
        let single = try daemon.get("/v1/transactions/\(callback.merchant)").json
        let entry = page["transactions"][0]
        #expect(single.names.isSuperset(of: ["status", "transitions"]))
        #expect(entry.names == single.names.subtracting(["transitions"]))
        for name in entry.names { #expect(entry[name] == single[name], "\(name)") }
    }

    @Test(arguments: ["by=created", "by=updated", "by=paid", "by=updated&status=success"])
    func `pages follow one another, whatever comes meanwhile`(query: String) throws {
        let daemon = try Daemon(in: Workspace())
        let callbacks = try (0..<7).map { _ in try Callback() }
        for callback in callbacks { #expect(try daemon.post(callback).code == "2005600") }
        var found: [String?] = []
        var cursor = ""
        for count in [3, 3, 1] {
            let page = try daemon.get("/v1/transactions?\(query)&limit=3\(cursor)").json
            #expect(page["transactions"].items.count == count)
            #expect(page["more"].bool == (count == 3))
            found += page["transactions"].items.map { $0["partnerReferenceNo"].text }
            cursor = "&cursor=\(page["next"].text ?? "")"
            #expect(try daemon.post(Callback()).code == "2005600")
        }
        #expect(found == callbacks.reversed().map(\.merchant))
        let end = try daemon.get("/v1/transactions?\(query)&limit=3\(cursor)").json
        #expect(end["transactions"].items.isEmpty)
        #expect(end["more"].bool == false)
    }

    @Test func `a cursor is good for its own query only`() throws {
        let daemon = try Daemon(in: Workspace())
        for _ in 0..<3 { #expect(try daemon.post(Callback()).code == "2005600") }
        let query = "by=updated&status=success,failed&from=2020-01-01"
        let page = try daemon.get("/v1/transactions?\(query)&limit=1").json
        let cursor = try #require(page["next"].text)
        let same = "by=updated&status=failed,success&from=2020-01-01T00:00:00%2B07:00&limit=2"
        #expect(try Self.list(daemon, "\(same)&cursor=\(cursor)").count == 2)
        for other in [
            "by=created&status=success,failed&from=2020-01-01", "by=updated&from=2020-01-01",
            "by=updated&status=success,failed&from=2020-01-02",
            "by=updated&status=success,failed&from=2020-01-01&to=2099-01-01",
            "by=updated&status=success,failed&from=2020-01-01&referenceNo=x",
            "by=updated&status=success,failed&from=2020-01-01&amount=10000",
        ] {
            let response = try daemon.get("/v1/transactions?\(other)&cursor=\(cursor)")
            check(response, 400, "invalid-parameter", field: "cursor", "\(other)")
        }
        for garbage in [cursor + "A", String(cursor.dropLast()), "MQ", "%00", "1"] {
            let response = try daemon.get("/v1/transactions?\(query)&cursor=\(garbage)")
            check(response, 400, "invalid-parameter", field: "cursor", "\(garbage)")
        }
    }
}
