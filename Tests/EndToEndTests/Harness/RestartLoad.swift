import Foundation
import Glibc
import Support

/// Clients that post callbacks while the daemon is restarted, each over a connection of its own,
/// and send one again as the gateway does when no response came.
final class RestartLoad: @unchecked Sendable {
    /// What the clients saw.
    struct Outcome {
        var accepted: [Callback] = []
        /// Why a connection was refused.
        var refused: [String] = []
        /// Responses other than 2005600.
        var unexpected: [String] = []
        /// How many connections ended without a response: those that were accepted just before a
        /// stop and had sent nothing yet. Their callbacks are sent again.
        var endedCount = 0
    }

    private let condition = NSCondition()
    private let connect: @Sendable () throws -> RawClient
    private var outcome = Outcome()
    private let retriesRefused: Bool
    private var isEnding = false
    private var isCancelled = false
    private var runningCount: Int

    /// - Parameters:
    ///   - retriesRefused: whether a refused connection is tried again; else it ends the client.
    ///   - connect: makes the connection of one callback.
    init(
        clientCount: Int,
        retriesRefused: Bool = false,
        connect: @escaping @Sendable () throws -> RawClient
    ) {
        self.connect = connect
        self.retriesRefused = retriesRefused
        runningCount = clientCount
        for _ in 0..<clientCount { Thread.detachNewThread { [self] in run() } }
    }

    private func run() {
        defer { change { runningCount -= 1 } }
        while !condition.withLock({ isEnding }) {
            do {
                let callback = try Callback()
                let bytes = try callback.request().bytes
                while try !deliver(bytes, callback), !condition.withLock({ isCancelled }) {}
            } catch {
                change { outcome.refused.append("\(error)") }
                return
            }
        }
    }

    /// Sends a callback; false if the connection ended without a response.
    private func deliver(_ bytes: [UInt8], _ callback: Callback) throws -> Bool {
        let client: RawClient
        do {
            client = try connect()
        } catch  where retriesRefused {
            change { outcome.refused.append("\(error)") }
            usleep(10_000)
            return false
        }
        let response: RawResponse
        do {
            response = try client.exchange(bytes)
        } catch RawClient.Failure.timedOut {
            throw RawClient.Failure.timedOut
        } catch {
            change { outcome.endedCount += 1 }
            return false
        }
        change {
            if response.code == "2005600" {
                outcome.accepted.append(callback)
            } else {
                outcome.unexpected.append(response.text)
            }
        }
        return true
    }

    private func change(_ body: () -> Void) {
        condition.withLock {
            body()
            condition.broadcast()
        }
    }

    /// How many callbacks were answered 2005600.
    var acceptedCount: Int { condition.withLock { outcome.accepted.count } }

    /// What the clients have seen so far.
    var soFar: Outcome { condition.withLock { outcome } }

    /// Waits until so many more callbacks have been answered; false when that takes too long.
    func waitForMore(_ count: Int) -> Bool {
        let goal = acceptedCount + count
        return wait { outcome.accepted.count >= goal || runningCount == 0 }
    }

    /// Lets the clients finish, and returns what they saw; nil when that takes too long.
    func end() -> Outcome? {
        change { isEnding = true }
        return wait { runningCount == 0 } ? outcome : nil
    }

    /// Lets the clients end without their responses.
    func cancel() {
        change {
            isEnding = true
            isCancelled = true
        }
    }

    private func wait(_ isReached: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        return condition.withLock {
            while !isReached() {
                if !condition.wait(until: deadline) { return isReached() }
            }
            return true
        }
    }
}
