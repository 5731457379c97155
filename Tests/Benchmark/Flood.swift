import Glibc
import Synchronization

/// Callbacks with bad signatures, sent as fast as they are answered.
final class Flood: Sendable {
    private let isOver = Atomic(false)
    private let answers = Atomic<Int>(0)

    /// How many were answered.
    var answered: Int { answers.load(ordering: .relaxed) }

    /// Lets the flood end after the answers it waits for.
    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Sends altered copies of `requests`, again and again, until ``stop()``.
    func run(port: UInt16, connections: Int, requests: [UInt8]) throws {
        var bytes = requests
        // Another body: well formed in every other respect, so that the signature has to be
        // checked.
        for end in stride(from: Requests.length, through: bytes.count, by: Requests.length) {
            bytes[end - 2] ^= 1
        }
        var loop = try LoadLoop(port: port, connections: connections, expecting: "401")
        while !isOver.load(ordering: .relaxed) {
            let result = try loop.run(bytes, while: { !isOver.load(ordering: .relaxed) })
            answers.add(result.latencies.count, ordering: .relaxed)
            if result.unexpected > 0 {
                throw Options.Problem(description: "a bad signature was not answered 401")
            }
        }
        loop.end()
    }
}
