import System
import Support
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(10)))
struct ConnectionPoolTests {
    private let origin = Origin(isSecure: true, host: "a.test", port: 443)

    private func makePool(places: Int) throws -> ConnectionPool {
        var settings = ClientSettings()
        settings.connectionsMax = places
        settings.caFile = try Certificates.shared().caFile
        return ConnectionPool(
            ClientConnection.Resources(
                settings: settings,
                tls: try TLSContext(settings),
                resolver: Resolver(runningMax: 1)
            )
        )
    }

    private func limit(milliseconds: UInt64) throws -> WaitLimit {
        WaitLimit(
            deadlineNanoseconds: SystemClock.monotonicNanoseconds() + milliseconds * 1_000_000,
            limit: TimeLimit(setting: "requestTimeoutSeconds", seconds: 15),
            interruption: try Latch()
        )
    }

    @Test func `waiting for a place ends with the request's time`() async throws {
        let pool = try makePool(places: 1)
        let connection = try await pool.borrow(to: origin, within: limit(milliseconds: 10_000))
        let error = await #expect(throws: HTTPClientError.self) {
            try await pool.borrow(to: origin, within: limit(milliseconds: 50))
        }
        #expect(error?.phase == .queue)
        #expect(error?.isTimeout == true)
        let text =
            "queue timed out after 15 s (requestTimeoutSeconds): all 1 connections are in use"
        #expect(error?.description == text)
        #expect(error?.isCertainlyNotSent == true)
        #expect(await pool.waitingCount == 0)
        await pool.giveBack(connection, isOpen: false)
        // The place that was not waited for any more is not lost.
        _ = try await pool.borrow(to: origin, within: limit(milliseconds: 10_000))
    }

    @Test func `only an open connection is kept, and lent to its own origin`() async throws {
        let pool = try makePool(places: 2)
        let other = Origin(isSecure: true, host: "b.test", port: 443)
        let limit = try limit(milliseconds: 10_000)
        let first = try await pool.borrow(to: origin, within: limit)
        await pool.giveBack(first, isOpen: true)
        let foreign = try await pool.borrow(to: other, within: limit)
        #expect(foreign !== first)
        let again = try await pool.borrow(to: origin, within: limit)
        #expect(again === first)
        await pool.giveBack(again, isOpen: false)
        #expect(try await pool.borrow(to: origin, within: limit) !== first)
    }

    @Test func `closing waits for what is lent`() async throws {
        let pool = try makePool(places: 1)
        let limit = try limit(milliseconds: 10_000)
        let connection = try await pool.borrow(to: origin, within: limit)
        let closing = Task { await pool.close() }
        let far = SystemClock.monotonicNanoseconds() + 10_000_000_000
        #expect(
            try limit.interruption.wait(untilNanoseconds: far, orUntil: Latch()) == .ready
        )
        await pool.giveBack(connection, isOpen: true)
        await closing.value
    }
}
