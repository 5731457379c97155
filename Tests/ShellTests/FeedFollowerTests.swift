import Commands
import HTTPCore
import Support
import Synchronization
import Testing

@testable import ReceiverClient
@testable import Shell

struct FeedFollowerTests {
    private static func page(_ sequences: ClosedRange<Int>, feed: String = "f") -> Response {
        let transitions = sequences.map {
            #"{"sequence":\#($0),"partnerReferenceNo":"TRX-\#($0)","to":"success"}"#
        }
        let list = transitions.joined(separator: ", ")
        return .json(
            """
            {"feed":"\(feed)","transitions":[\(list)],"next":\(sequences.upperBound),"more":false}
            """
        )
    }

    private static func empty(next: Int) -> Response {
        .json(#"{"feed":"f","transitions":[],"next":\#(next),"more":false}"#)
    }

    /// How a follower ended, what it wrote and asked, and how often it paused.
    private struct Run {
        var problem: CommandProblem?
        var output: String
        var error: String
        var requests: [String]
        var pauses: Int
    }

    private func follow(
        _ answers: [Response],
        from start: FeedStart = FeedStart(after: "0"),
        flags: [String] = []
    ) async throws -> Run {
        let recorder = ConsoleRecorder()
        let pauses = Mutex(0)
        var run = Run(output: "", error: "", requests: [], pauses: 0)
        try await ShellScene.with(answers) { scene in
            let session = try scene.session(flags, recorder)
            var follower = FeedFollower(session, limit: 7) { pauses.withLock { $0 += 1 } }
            // However long an answer takes here, it has not waited.
            follower.waitNanosecondsMin = .max
            do throws(CommandProblem) {
                try await follower.follow(from: start)
            } catch {
                run.problem = error
            }
            await session.api.close()
            run.requests = scene.standIn.requests
        }
        run.output = recorder.output
        run.error = recorder.error
        run.pauses = pauses.withLock { $0 }
        return run
    }

    @Test func `a filter is in every request`() async throws {
        let run = try await follow(
            [Self.empty(next: 9), .problem(409, "feed-changed")],
            from: FeedStart(after: "3", statuses: "success,refunded")
        )
        #expect(
            run.requests == [
                "GET /v1/transitions?after=3&to=success%2Crefunded&limit=7",
                "GET /v1/transitions?after=9&to=success%2Crefunded&feed=f&wait=55&limit=7",
            ]
        )
    }

    @Test func `it goes on where it was, and sends the feed back`() async throws {
        let run = try await follow(
            [
                Self.empty(next: 9), Self.page(10...11), Self.page(12...12),
                .problem(409, "feed-changed"),
            ],
            from: FeedStart(after: "latest"),
            flags: ["--json"]
        )
        #expect(
            run.requests == [
                "GET /v1/transitions?after=latest&limit=7",
                "GET /v1/transitions?after=9&feed=f&wait=55&limit=7",
                "GET /v1/transitions?after=11&feed=f&wait=55&limit=7",
                "GET /v1/transitions?after=12&feed=f&wait=55&limit=7",
            ]
        )
        #expect(
            run.output
                == (10...12).map {
                    #"{"sequence":\#($0),"partnerReferenceNo":"TRX-\#($0)","to":"success"}"# + "\n"
                }.joined()
        )
        #expect(run.problem?.lines == ["Title: Detail."])
        #expect((run.problem?.code, run.problem?.type) == (.badData, "feed-changed"))
        #expect((run.error, run.pauses) == ("", 0))
    }

    @Test func `the table's titles stand there once`() async throws {
        let run = try await follow([Self.page(1...1), Self.page(2...3), .problem(409, "x")])
        let lines = run.output.split(separator: "\n")
        #expect(lines.map { $0.split(separator: " ")[0] } == ["SEQUENCE", "1", "2", "3"])
    }

    @Test func `an outage is waited out and told once`() async throws {
        let away = Response.problem(503, "store-unavailable", isRetryable: true)
        let run = try await follow([
            Self.page(1...1), away, .json("<html>", 502), away, Self.page(2...2), away,
            .problem(410, "position-expired"),
        ])
        let lines = run.error.split(separator: "\n").map(String.init)
        let line = "cashin-receiver test: Title: Detail.; retrying until the daemon responds"
        #expect(lines == [line, line])
        #expect(run.pauses == 4)
        #expect(run.output.contains("TRX-2"))
        #expect(run.problem?.lines == ["Title: Detail."])
    }

    @Test func `what fails at the beginning is not waited out`() async throws {
        let run = try await follow([.problem(503, "overloaded", isRetryable: true)])
        #expect(run.problem?.code == .unavailable)
        #expect((run.error, run.pauses, run.requests.count) == ("", 0, 1))
    }

    @Test func `an empty answer that did not wait is not asked for in a hurry`() async throws {
        let run = try await follow([
            Self.empty(next: 3), Self.empty(next: 3), Self.empty(next: 3), .problem(409, "x"),
        ])
        #expect(run.pauses == 2)
        #expect(run.output == "")
    }

    @Test func `a page without its position is no page`() async throws {
        let run = try await follow([.json(#"{"transitions":[]}"#)])
        #expect(run.problem?.code == .unavailable)
    }

    @Test func `the end of the task ends it without a complaint`() async throws {
        let recorder = ConsoleRecorder()
        try await ShellScene.with([Self.empty(next: 0), nil]) { scene in
            let session = try scene.session([], recorder)
            let task = Task { () -> CommandProblem? in
                do throws(CommandProblem) {
                    try await FeedFollower(session).follow(from: FeedStart())
                    return nil
                } catch {
                    return error
                }
            }
            await scene.standIn.wait(forRequests: 2)
            task.cancel()
            #expect(await task.value == nil)
            await session.api.close()
        }
        #expect((recorder.output, recorder.error) == ("", ""))
    }
}
