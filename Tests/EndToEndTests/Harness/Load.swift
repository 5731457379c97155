import Foundation
import Support

/// Clients that post callbacks, each of a payment of its own, until the daemon is gone.
final class Load: @unchecked Sendable {
    private let condition = NSCondition()
    private var answered: [Callback] = []
    private var unexpected: [String] = []
    private var runningCount = 0

    /// Starts so many clients, a thread and a connection each.
    init(on daemon: Daemon, clientCount: Int) throws {
        let clients = try (0..<clientCount).map { _ in try daemon.connect() }
        runningCount = clientCount
        for client in clients {
            // Each is handed to its thread and not used here any more.
            nonisolated(unsafe) let client = client
            Thread.detachNewThread { [self] in run(client) }
        }
    }

    private func run(_ client: RawClient) {
        defer { change { runningCount -= 1 } }
        do {
            while true {
                let callback = try Callback()
                let response = try client.exchange(callback.request().bytes)
                change {
                    if response.code == "2005600" {
                        answered.append(callback)
                    } else {
                        unexpected.append(response.text)
                    }
                }
            }
        } catch {
            // The daemon has been killed.
        }
    }

    private func change(_ body: () -> Void) {
        condition.lock()
        body()
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until so many callbacks have been answered; false when that takes too long.
    func waitUntilAnswered(_ count: Int) -> Bool { wait { answered.count >= count } }

    /// Waits until all clients have noticed that the daemon is gone, and returns the callbacks that
    /// were answered 2005600, and all other answers.
    func end() -> (answered: [Callback], unexpected: [String])? {
        wait { runningCount == 0 } ? (answered, unexpected) : nil
    }

    private func wait(_ isReached: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        condition.lock()
        defer { condition.unlock() }
        while !isReached() {
            if !condition.wait(until: deadline) { return isReached() }
        }
        return true
    }
}
