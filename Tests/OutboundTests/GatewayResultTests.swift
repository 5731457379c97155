import Payments
import Snap
import Testing

@testable import CashIn
@testable import Outbound

/// What a response to a query says about the gateway.
@Suite struct GatewayResultTests {
    private func result(_ status: Int, _ body: String) throws -> GatewayHealth.Result {
        let reply = GatewayReply(status: status, body: Array(body.utf8), from: .query)
        let queried = try #require(Reference("TRX-1"))
        return GatewayHealth.Result(QueryOutcome(reply, about: queried))
    }

    private func body(_ code: String) -> String {
        #"{"responseCode":"\#(code)","responseMessage":"No \"way\""}"#
    }

    private static let words = #"responseMessage "No \"way\"""#

    @Test func `a gateway that knows no such payment has answered`() throws {
        #expect(try result(404, body("4045101")) == .succeeded)
    }

    @Test(arguments: [401, 200])
    func `401 in the gateway's words rejects the credentials`(status: Int) throws {
        let text = "HTTP status \(status), responseCode 4015100, \(Self.words)"
        #expect(try result(status, body("4015100")) == .unauthorized(description: text))
    }

    @Test(arguments: [(403, "4035101"), (404, "4045108"), (400, "4005102"), (409, "4095100")])
    func `another 4xx in the gateway's words refuses the query`(status: Int, code: String) throws {
        let text = "HTTP status \(status), responseCode \(code), \(Self.words)"
        #expect(try result(status, body(code)) == .refused(description: text))
    }

    @Test(arguments: [401, 403, 404, 200, 302])
    func `what has no SNAP body is not the gateway's word`(status: Int) throws {
        #expect(try result(status, "<html>no</html>") == .unreadable)
    }

    @Test func `a success that cannot be read says only that the gateway is up`() throws {
        #expect(try result(200, body("2005100")) == .unreadable)
    }

    @Test(arguments: [
        (500, "5005100"), (504, "5045100"), (200, "5005100"), (502, ""), (503, "4015100"),
        (429, "4295100"), (429, "<html>"),
    ])
    func `a 5xx and 429 are no response`(status: Int, code: String) throws {
        #expect(try result(status, code.isEmpty ? "" : body(code)) == .unavailable)
    }

    @Test func `neither is a call that brought no HTTP response`() {
        let failure = GatewayFailure(.timeout, "no answer in 15 s")
        #expect(GatewayHealth.Result(.unavailable(failure)) == .unavailable)
    }
}
