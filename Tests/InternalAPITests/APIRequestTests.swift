import APIModel
import HTTPCore
import Payments
import Support
import Testing

@testable import InternalAPI

/// Paths and query parameters of the internal API.
@Suite struct APIRequestTests {
    private func request(_ target: String) throws -> APIRequest {
        var request = try APIRequest(try requestHead("GET \(target) HTTP/1.1"))
        try request.readQuery(lists: ["to"])
        return request
    }

    private func problem(_ work: () throws -> Void) -> Problem? {
        #expect(throws: Problem.self) { try work() }
    }

    @Test(arguments: [
        ("/v1/transactions/TRX-1", ["v1", "transactions", "TRX-1"]), ("/", [""]),
        ("/v1/transactions/", ["v1", "transactions", ""]), ("//", ["", ""]),
        ("/a%2Fb/%c3%A9", ["a/b", "é"]), ("/a+b", ["a+b"]),
    ])
    func `a path is cut at its slashes, then decoded`(target: String, segments: [String]) throws {
        #expect(try request(target).segments == segments)
    }

    @Test(arguments: ["/%FF", "/%c3", "/a?b=%C3", "/a?%80=1", "/%ED%A0%80"])
    func `an escaped text that is no UTF-8 is malformed`(target: String) {
        #expect(problem { _ = try request(target) }?.kind == .malformedRequest)
    }

    @Test func `parameters are decoded, a plus sign stays one`() throws {
        let request = try request("/a?from=2026-11-22T10:00:00+07:00&x=%26%3D&empty=&bare&&a=b=c")
        #expect(request.text("from") == "2026-11-22T10:00:00+07:00")
        #expect(request.text("x") == "&=")
        #expect(request.text("empty") == "")
        #expect(request.text("bare") == "")
        #expect(request.text("a") == "b=c")
        #expect(request.text("y") == nil)
    }

    @Test func `a parameter given twice is refused, also in disguise`() {
        for target in ["/a?x=1&x=1", "/a?x=1&%78=2"] {
            let problem = problem { _ = try request(target) }
            #expect(problem?.kind == .invalidParameter)
            #expect(problem?.field == "x")
        }
    }

    @Test func `an unknown parameter is refused with those that are known`() throws {
        let request = try request("/a?limit=1&lmit=2")
        let problem = problem { try request.allow(["after", "limit"]) }
        #expect(problem?.kind == .unknownParameter)
        #expect(problem?.field == "lmit")
        #expect(problem?.detail.contains("after, limit") == true)
        try request.allow(["limit", "lmit"])
        #expect(self.problem { try request.allow([]) }?.detail.contains("none") == true)
    }

    @Test(arguments: [("1", 1), ("2", 2), ("999", 999), ("1000", 1_000), ("0007", 7)])
    func `limit is 1 to 1000`(text: String, limit: Int) throws {
        #expect(try request("/a?limit=\(text)").limit() == limit)
    }

    @Test(arguments: [
        "0", "1001", "-1", "+5", "", "1.0", "1e2", " 1", "0x10", "99999999999999999999", "%D9%A1",
    ])
    func `any other limit is refused`(text: String) throws {
        let request = try request("/a?limit=\(text == " 1" ? "%201" : text)")
        let problem = problem { _ = try request.limit() }
        #expect(problem?.kind == .invalidParameter)
        #expect(problem?.field == "limit")
        #expect(problem?.detail == "limit must be a whole number from 1 to 1000.")
    }

    @Test func `limit and wait have defaults, and wait its bounds`() throws {
        #expect(try request("/a").limit() == 100)
        #expect(try request("/a").waitSeconds() == 0)
        #expect(try request("/a?wait=0").waitSeconds() == 0)
        #expect(try request("/a?wait=55").waitSeconds() == 55)
        #expect(problem { _ = try request("/a?wait=56").waitSeconds() }?.field == "wait")
    }

    @Test func `a number without an upper bound says so`() throws {
        let request = try request("/a?after=-1&id=9223372036854775807")
        let problem = problem { _ = try request.integer("after", in: 0...(.max)) }
        #expect(problem?.detail == "after must be a whole number from 0 on.")
        #expect(try request.integer("id", in: 0...(.max)) == .max)
        #expect(try request.integer("other", in: 0...1) == nil)
    }

    @Test(
        arguments: [
            ("2026-11-22", 1_795_280_400_000, "a Jakarta day is its first moment"),
            ("2026-11-22T10:00:00+07:00", 1_795_316_400_000, "a time"),
            ("2026-11-22T03:00:00.5Z", 1_795_316_400_500, "a time elsewhere"),
        ] as [(String, Int64, String)]
    )
    func `times are days or RFC 3339`(text: String, milliseconds: Int64, reason: String) throws {
        #expect(try request("/a?from=\(text)").milliseconds("from") == milliseconds, "\(reason)")
    }

    @Test(arguments: ["", "yesterday", "2026-11-31", "2026-11-22T10:00:00", "1795402800000"])
    func `anything else is no time`(text: String) throws {
        let problem = problem { _ = try request("/a?from=\(text)").milliseconds("from") }
        #expect(problem?.kind == .invalidParameter)
        #expect(problem?.field == "from")
        #expect(try request("/a").milliseconds("from") == nil)
    }

    @Test func `statuses are words of a closed list`() throws {
        let among: [TransactionStatus] = [.success, .refunded]
        let rows: [(String, Set<TransactionStatus>)] = [
            ("success", [.success]), ("refunded,success", among.reduce(into: []) { $0.insert($1) }),
            ("success,success", [.success]), ("success%2Crefunded", [.success, .refunded]),
            ("success&to=refunded", [.success, .refunded]), ("success&t%6F=success", [.success]),
            ("success&to=success,refunded", [.success, .refunded]),
        ]
        for (text, statuses) in rows {
            #expect(try request("/a?to=\(text)").statuses("to", among: among) == statuses)
        }
        #expect(try request("/a").statuses("to", among: among) == nil)
        for text in [
            "", ",", "success,", "success,,refunded", "Success", "paid", "pending", "2",
            "success&to=", "success&to=paid", "&to=success",
        ] {
            let problem = problem {
                _ = try request("/a?to=\(text)").statuses("to", among: among)
            }
            #expect(problem?.kind == .invalidParameter, "\(text)")
            #expect(problem?.field == "to")
            #expect(problem?.detail.contains("success, refunded") == true)
        }
    }
}
