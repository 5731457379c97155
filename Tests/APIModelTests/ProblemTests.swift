import FoundationEssentials
import HTTPCore
import Testing

@testable import APIModel

/// RFC 9457 problem details.
@Suite struct ProblemTests {
    private struct Details: Decodable, Equatable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let retryable: Bool
        let field: String?
        let oldest: Int64?
        let current: Int64?
    }

    private func details(_ problem: Problem) throws -> Details {
        try JSONDecoder().decode(Details.self, from: Data(problem.response.body))
    }

    private func lines(_ problem: Problem) -> [String] {
        String(decoding: problem.response.fieldLines, as: UTF8.self)
            .split(separator: "\r\n").map { String($0) }
    }

    @Test(arguments: Problem.Kind.allCases)
    func `every problem says what it is, and is never stored`(kind: Problem.Kind) throws {
        let problem = Problem(kind, "Because.")
        let details = try details(problem)
        #expect(details.type == "urn:cashin-receiver:problem:\(kind.rawValue)")
        #expect(!details.title.isEmpty)
        #expect(details.status == problem.response.status.code)
        #expect((400...599).contains(details.status))
        #expect(details.detail == "Because.")
        #expect(details.field == nil)
        #expect(details.oldest == nil)
        #expect(details.current == nil)
        #expect(kind.rawValue.allSatisfy { $0.isLowercase || $0 == "-" })
        #expect(lines(problem).contains("Content-Type: application/problem+json"))
        #expect(lines(problem).contains("Cache-Control: no-store"))
    }

    @Test func `the one to blame is named`() throws {
        let problem = Problem(.invalidParameter, "Because.", field: "limit")
        #expect(try details(problem).field == "limit")
    }

    @Test func `a position that cannot be had is told with one that can`() throws {
        let conflict = Problem(.positionConflict, "Because.", field: "expected", current: 7)
        #expect(try details(conflict).current == 7)
        #expect(conflict.response.status == .conflict)
        var expired = Problem(.positionExpired, "Because.", field: "after")
        expired.oldest = 10
        #expect(try details(expired).oldest == 10)
        #expect(expired.response.status == .gone)
    }

    @Test func `only what may pass by itself is worth a repetition`() throws {
        let retryable = Problem.Kind.allCases.filter { $0.isRetryable }
        for kind in retryable { #expect(kind.status.code >= 500 || kind.status == .requestTimeout) }
        #expect(Problem.Kind.storeUnavailable.isRetryable)
        #expect(!Problem.Kind.invalidParameter.isRetryable)
    }

    @Test func `401 asks for a token, 503 for patience, 405 for another method`() {
        let challenge = "WWW-Authenticate: Bearer realm=\"cashin-receiver\""
        #expect(lines(Problem(.unauthorized, "")).contains(challenge))
        #expect(lines(Problem(.overloaded, "")).contains("Retry-After: 1"))
        var problem = Problem(.methodNotAllowed, "")
        problem.allow = "GET"
        #expect(lines(problem).contains("Allow: GET"))
    }

    @Test func `a finer status stands in the answer and in its body`() throws {
        var problem = Problem(.tooLarge, "")
        problem.statusOverride = .headerFieldsTooLarge
        #expect(problem.response.status == .headerFieldsTooLarge)
        #expect(try details(problem).status == 431)
    }
}
