import Testing

@testable import Survey

@Suite struct OutboundSurveyTests {
    private func call(
        _ service: Int,
        _ body: String?,
        status: Int? = 200,
        milliseconds: Int64 = 20
    ) -> SurveyedCall {
        SurveyedCall(
            service: service,
            startedMilliseconds: 1_795_316_400_000,
            finishedMilliseconds: 1_795_316_400_000 + milliseconds,
            responseStatus: body == nil ? nil : status,
            responseBody: body.map { Array($0.utf8) }
        )
    }

    private func survey(_ calls: [SurveyedCall]) -> SeenJSON {
        var survey = OutboundSurvey()
        for call in calls { survey.count(call) }
        return SeenJSON(survey)
    }

    @Test func `services are told apart, and the page's own sample is recognised`() {
        let sample = """
            {"responseCode":"2005100","serviceCode":"47 ","latestTransactionStatus":"00",
            "paidTime":"2024-03-01T14:56:11+07:00","amount":{"value":10000.00,"currency":"IDR"}}
            """
        let found = survey([
            call(51, sample), call(47, "{\"responseCode\":2004700}", milliseconds: 5),
            call(47, "<html>", status: 502), call(47, nil),
        ])
        #expect(found["count"].text == "4")
        let services = found["services"].rows
        #expect(services.map { $0["service"].text } == ["generate", "query"])
        let (generate, query) = (services[0], services[1])
        #expect(generate["calls"].text == "3")
        #expect(generate["unanswered"].text == "1")
        #expect(generate["unreadableBodies"].text == "1")
        #expect(generate["responseMilliseconds"]["count"].text == "2")
        #expect(generate["responseCodes"]["values"].rows[0]["type"].text == "number")
        let statuses = generate["httpStatuses"]["values"].rows.map { $0["value"].text }
        #expect(Set(statuses) == ["200", "502"])
        #expect(query["serviceCodes"]["values"].rows[0]["value"].text == "47 ")
        #expect(query["amounts"]["values"].rows[0]["type"].text == "number")
        #expect(query["amounts"]["values"].rows[0]["decimals"].text == "2")
        #expect(query["statuses"]["values"].rows[0]["value"].text == "00")
        #expect(query["times"]["values"].rows[0]["offset"].text == "+07:00")
        let notSeen = query["members"]["notSeen"].rows.map(\.text)
        #expect(notSeen.contains("originalReferenceNo") && !notSeen.contains("amount.value"))
    }

    @Test func `nothing is no rows`() {
        let found = survey([])
        #expect(found["count"].text == "0")
        #expect(found["services"].rows.allSatisfy { $0["responseCodes"]["values"].rows.isEmpty })
    }
}
