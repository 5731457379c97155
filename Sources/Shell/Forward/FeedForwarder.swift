import Commands
import Forwarding
import Logging
import ReceiverClient
import System
import Text

/// Posts each transition of the feed to one URL, in order, until it is accepted.
///
/// The offset is stored after what it covers was accepted, so after a crash the last messages are
/// sent again under their ids; none is left out.
struct FeedForwarder: Sendable {
    let session: APISession
    let sender: WebhookSender
    let log: Log

    /// Pauses before a request to the daemon is repeated.
    var pause: @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(1)) }

    /// How long messages may be accepted before the offset is stored, in nanoseconds.
    private static let storeEvery: UInt64 = 1_000_000_000

    /// Forwards until the task is cancelled.
    ///
    /// - Throws: a problem that repeating cannot fix; while the daemon is unavailable, its requests
    ///   are repeated.
    func run(
        as name: String,
        from start: ConsumerOffset?
    ) async throws(CommandProblem) {
        let consumer = try await repeating { () async throws(CommandProblem) in
            try await ForwardedConsumer(name, from: start, session.api)
        }
        guard var consumer else { return }
        log.info("forwarding") {
            $0.add("consumer", name)
            $0.add("feed", consumer.feed)
            $0.add("after", consumer.stored)
        }
        while !Task.isCancelled {
            let present = consumer
            let page = try await repeating { () async throws(CommandProblem) in
                try await present.page()
            }
            guard let page else { break }
            try await forward(try session.items(page, "transitions"), &consumer)
        }
    }

    /// Sends the transitions of one page, and stores the offset on the way and at the end.
    private func forward(
        _ transitions: [JSONValue],
        _ consumer: inout ForwardedConsumer
    ) async throws(CommandProblem) {
        var accepted = consumer.stored
        var storedAt = SystemClock.monotonicNanoseconds()
        for transition in transitions {
            guard let sequence = transition["sequence"]?.integer, sequence == accepted + 1 else {
                throw CommandProblem(
                    .internalError,
                    "the feed continues with \(transition["sequence"]?.literal ?? "nothing") "
                        + "after \(accepted), expected \(accepted + 1)"
                )
            }
            guard await send(transition, sequence, consumer.feed) else { break }
            accepted = sequence
            if SystemClock.monotonicNanoseconds() - storedAt >= Self.storeEvery {
                try await store(accepted, &consumer)
                storedAt = SystemClock.monotonicNanoseconds()
            }
        }
        try await store(accepted, &consumer)
    }

    /// Stores the offset, also when the task was cancelled meanwhile: what was accepted is not sent
    /// again by the next start.
    private func store(
        _ position: Int64,
        _ consumer: inout ForwardedConsumer
    ) async throws(CommandProblem) {
        let present = consumer
        let moved = try await repeating { () async throws(CommandProblem) in
            // A task of its own is not cancelled with this one.
            try await Task { () async -> Result<ForwardedConsumer, CommandProblem> in
                do throws(CommandProblem) {
                    var moved = present
                    try await moved.store(position)
                    return .success(moved)
                } catch {
                    return .failure(error)
                }
            }.value.get()
        }
        if let moved { consumer = moved }
    }

    /// Sends one transition; returns false if the task was cancelled before it was accepted.
    private func send(_ transition: JSONValue, _ sequence: Int64, _ feed: String) async -> Bool {
        let message = WebhookMessage(
            feed: feed,
            sequence: sequence,
            status: transition["to"]?.string ?? "",
            recordedAt: transition["recordedAt"]?.string ?? "",
            json: Array(transition.literal.utf8)
        )
        let began = SystemClock.monotonicNanoseconds()
        let attempts = await sender.send(message) { failure, pause in
            log.warning("a forwarded message was not accepted; retrying") {
                $0.add("id", message.id)
                $0.add("reason", failure.reason)
                $0.add("pauseSeconds", pause.components.seconds)
            }
        }
        guard let attempts else { return false }
        log.info("forwarded") {
            $0.add("id", message.id)
            $0.add("partnerReferenceNo", transition["partnerReferenceNo"]?.string ?? "")
            $0.add("status", transition["to"]?.string ?? "")
            $0.add("attempts", attempts)
            $0.add("ms", milliseconds: SystemClock.monotonicNanoseconds() - began)
        }
        return true
    }

    /// Sends a request, and repeats it while the daemon is unavailable; nil if the task was
    /// cancelled before that succeeded.
    private func repeating<Value: Sendable>(
        _ request: () async throws(CommandProblem) -> Value
    ) async throws(CommandProblem) -> Value? {
        var isReported = false
        repeat {
            do throws(CommandProblem) {
                return try await request()
            } catch {
                guard error.isPassing else { throw error }
                if Task.isCancelled { return nil }
                if !isReported { report(error) }
                isReported = true
                await pause()
            }
        } while !Task.isCancelled
        return nil
    }

    private func report(_ problem: CommandProblem) {
        log.warning("the daemon is not available; retrying") {
            $0.add("error", problem.lines.joined(separator: "; "))
        }
    }
}
