import Payments
import Snap
import Testing

@testable import Survey

@Suite struct CallbackSurveyTests {
    private func callback(
        at milliseconds: Int64 = 1_795_316_400_000,
        _ body: String = "{}",
        _ change: (inout SurveyedCallback) -> Void = { _ in }
    ) -> SurveyedCallback {
        var callback = SurveyedCallback(
            receivedMilliseconds: milliseconds,
            lastReceivedMilliseconds: milliseconds,
            deliveries: 1,
            path: "/v1.0/debit/notify",
            bodyForm: "raw",
            keyFingerprint: "ab12",
            timestamp: "2026-11-22T10:00:00+07:00",
            httpVersion: "HTTP/1.0",
            fields: [("x-external-id", "7"), ("X-SIGNATURE", "s")],
            client: "203.0.113.7",
            responseCode: "2005600",
            fact: nil,
            corroboratedOrder: nil,
            body: Array(body.utf8)
        )
        change(&callback)
        return callback
    }

    private func fact(_ number: Int) throws -> Fact {
        Fact(
            pair: ReferencePair(
                originalPartnerReferenceNo: try #require(Reference("PAY-\(number)")),
                originalReferenceNo: try #require(Reference("TRX-\(number)"))
            ),
            status: .success,
            amount: Amount(sen: 100)
        )
    }

    private func survey(_ callbacks: [SurveyedCallback]) -> SeenJSON {
        var survey = CallbackSurvey()
        for callback in callbacks { survey.count(callback) }
        return SeenJSON(survey)
    }

    @Test func `members have paths and types, contents are not shown`() {
        let found = survey([
            callback(
                """
                {"amount":{"value":"10000.00"},"customer":{"name":"secret","ids":[1,2,"x"]},
                "createdTime":null}
                """
            )
        ])
        let members = found["members"]["values"].rows.map { row in
            "\(row["path"].text) \(row["type"].text) \(row["count"].text) \(row["documented"].text)"
        }
        #expect(
            members.sorted() == [
                "amount object 1 true", "amount.value string 1 true", "createdTime null 1 true",
                "customer object 1 false", "customer.ids array 1 false",
                "customer.ids[] number 2 false", "customer.ids[] string 1 false",
                "customer.name string 1 false",
            ]
        )
        #expect(!found.text.contains("secret"))
        let notSeen = found["members"]["notSeen"].rows.map(\.text)
        #expect(notSeen.contains("finishedTime") && !notSeen.contains("amount"))
    }

    @Test func `what one body can add is bounded`() {
        let names = (0..<2_000).map { "\"m\($0)\":1" }.joined(separator: ",")
        let members = survey([callback("{\(names)}")])["members"]
        #expect(members["values"].rows.count == MemberTally.listedMax)
        #expect(members["unlisted"].text == "\(MemberTally.membersMax - MemberTally.listedMax)")
    }

    @Test func `a body that is no JSON object is counted and nothing else`() {
        let found = survey(["", "[]", "{", "\"x\"", "{}"].map { callback($0) })
        #expect(found["unreadableBodies"].text == "4")
        #expect(found["count"].text == "5")
    }

    @Test func `the spread of the clock is receipt minus X-TIMESTAMP`() {
        let start: Int64 = 1_795_316_400_000
        let found = survey(
            [90, -10, 20, 30].map { callback(at: start + $0) }
                + [callback { $0.timestamp = "soon" }]
        )["clockDifferenceMilliseconds"]
        let names = ["count", "min", "median", "p95", "max"]
        #expect(names.map { found[$0].text } == ["4", "-10", "20", "90", "90"])
        #expect(survey([])["clockDifferenceMilliseconds"]["median"].text == "null")
    }

    @Test func `repetitions are told apart by bytes, X-EXTERNAL-ID and X-TIMESTAMP`() throws {
        let start: Int64 = 1_795_316_400_000
        let fact = try fact(1)
        func repeated(_ seconds: Int64, id: String, timestamp: String) -> SurveyedCallback {
            callback(at: start + seconds * 1_000) {
                $0.fact = fact
                $0.fields = [("X-External-Id", id)]
                $0.timestamp = timestamp
            }
        }
        let other = try self.fact(2)
        let found = survey([
            repeated(120, id: "b", timestamp: "T3"), repeated(60, id: "a", timestamp: "T2"),
            repeated(0, id: "a", timestamp: "T1"),
            callback {
                $0.fact = other
                $0.deliveries = 3
                $0.lastReceivedMilliseconds += 42_999
            },
        ])["repetitions"]
        let sameFact = found["sameFact"]
        #expect(sameFact["facts"].text == "1")
        #expect(sameFact["callbacks"].text == "2")
        #expect(sameFact["keptExternalId"].text == "1")
        #expect(sameFact["changedExternalId"].text == "1")
        #expect(sameFact["changedTimestamp"].text == "2")
        #expect(sameFact["spacingSeconds"]["max"].text == "120")
        #expect(found["identical"]["callbacks"].text == "1")
        #expect(found["identical"]["deliveries"].text == "2")
        #expect(found["identical"]["spacingSeconds"]["max"].text == "42")
    }

    @Test func `roles, paths and headers are counted as they were`() {
        let found = survey([
            callback { $0.corroboratedOrder = .cashIn }, callback { $0.corroboratedOrder = .snap },
            callback { $0.corroboratedOrder = .snap },
            callback { $0.path = "https://pay.example.id/v1.0/debit/notify" },
        ])
        let counts = { (name: String, member: String) in
            found[name]["values"].rows.map { "\($0[member].text) \($0["count"].text)" }.sorted()
        }
        #expect(counts("roles", "value") == ["cash-in 1", "snap 2", "undecided 1"])
        #expect(counts("signatures", "form") == ["completeURL 1", "path 3"])
        #expect(counts("headers", "value") == ["X-SIGNATURE 4", "x-external-id 4"])
        #expect(counts("externalIds", "form") == ["digits 4"])
        #expect(counts("channelIds", "value") == [])
        let row = found["keys"]["values"].rows[0]
        #expect(row["firstAt"].text == "2026-11-22T10:00:00.000+07:00")
    }

    @Test func `the newest client addresses are listed`() {
        let found = survey((1...25).map { number in callback { $0.client = "10.0.0.\(number)" } })
        #expect(found["clients"]["values"].rows.count == 20)
        #expect(found["clients"]["unlisted"].text == "5")
        #expect(!found.text.contains("10.0.0.21\""))
    }
}
