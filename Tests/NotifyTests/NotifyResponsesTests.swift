import HTTPCore
import Payments
import Snap
import Testing

@testable import Notify

/// What the gateway reads.
@Suite struct NotifyResponsesTests {
    private func lines(_ response: Response) -> [String] {
        String(decoding: response.fieldLines, as: UTF8.self)
            .split(separator: "\r\n").map { String($0) }
    }

    @Test func `an answer has its body, our time and the id it answers`() {
        let response = NotifyResponses.response(
            NotifyResponse.successful,
            externalID: "id-1",
            nowMilliseconds: 1_795_316_400_000
        )
        #expect(response.status == .ok)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"responseCode":"2005600","responseMessage":"Successful"}"#
        )
        #expect(
            lines(response) == [
                "Content-Type: application/json", "X-TIMESTAMP: 2026-11-22T10:00:00+07:00",
                "X-EXTERNAL-ID: id-1",
            ]
        )
    }

    @Test func `an id that was not well formed is not echoed`() {
        let response = NotifyResponses.response(
            NotifyResponse.badRequest,
            externalID: nil,
            nowMilliseconds: 0
        )
        #expect(!lines(response).contains { $0.hasPrefix("X-EXTERNAL-ID") })
    }

    @Test func `405 names the method, 503 a time`() {
        let answers = [
            (NotifyResponse.methodNotAllowed, "Allow: POST"),
            (NotifyResponse.busy, "Retry-After: 1"),
        ]
        for (answer, line) in answers {
            let response = NotifyResponses.response(answer, externalID: nil, nowMilliseconds: 0)
            #expect(lines(response).last == line)
        }
    }

    @Test(arguments: [
        (CallbackResponse.successful, "2005600"), (.unauthorized, "4015600"),
        (.conflict, "4095600"),
        (.transactionNotFound, "4045601"), (.invalidAmount, "4045613"), (.invalid, "4005600"),
    ])
    func `every judgement has its code`(response: CallbackResponse, code: String) {
        #expect(NotifyResponses.snapResponse(response, problem: nil).code.description == code)
    }

    @Test func `what the receiver found wrong itself is told, where the judgement leaves it room`()
    {
        let problem = SnapResponse.notify(.invalidMandatoryField("amount.value"))
        #expect(NotifyResponses.snapResponse(.invalid, problem: problem) == problem)
        #expect(
            NotifyResponses.snapResponse(.successful, problem: problem) == NotifyResponse.successful
        )
        #expect(
            NotifyResponses.snapResponse(.unauthorized, problem: problem) == NotifyResponse.stale
        )
        let partner = NotifyResponse.unauthorized
        #expect(NotifyResponses.snapResponse(.unauthorized, problem: partner) == partner)
    }

    @Test(arguments: [
        (400, "4005600"), (408, "4085600"), (413, "4135600"), (414, "4145600"), (431, "4315600"),
        (500, "5005600"), (501, "5015600"), (503, "5035600"), (505, "5055600"),
    ])
    func `a status that HTTP chose becomes the front of the code`(status: Int, code: String) {
        let answer = NotifyResponses.snapResponse(Status(status))
        #expect(answer.code.description == code)
        #expect(answer.code.status == status)
    }
}
