import Glibc

/// What is measured in turn with others: so many receivers on one database of an engine.
struct EngineVariant {
    enum Engine: String { case sqlite, postgresql }

    let engine: Engine
    let receiverCount: Int

    var name: String { engine == .sqlite ? engine.rawValue : "\(engine) \(receiverCount)" }

    /// All variants, in the order of their turns.
    static let all = [
        EngineVariant(engine: .sqlite, receiverCount: 1),
        EngineVariant(engine: .postgresql, receiverCount: 1),
        EngineVariant(engine: .postgresql, receiverCount: 2),
    ]
}

/// A variant with its running receivers and what was measured so far.
struct EngineContender: TurnTaking {
    let variant: EngineVariant

    /// The servers of the database; nil with SQLite.
    let servers: DatabaseServers?

    /// The address of the database there; nil with SQLite.
    let address: String?
    var receivers: [ServerProcess] = []
    var rounds: [EngineRound] = []

    var name: String { variant.name }
    var ports: [UInt16] { receivers.map(\.port) }
}

extension ServerProcess {
    /// Waits until the receiver is ready to store callbacks.
    func waitUntilReady() throws {
        var response = ""
        for _ in 0..<6_000 {
            response = try self.response(to: "/readyz")
            if response.hasPrefix("HTTP/1.1 200") { return }
            usleep(10_000)
        }
        throw Options.Problem(description: "the receiver is not ready: \(response)")
    }
}
