/// What must not change when a database moves to another engine.
struct MovedState {
    let id: String?
    let feed: [JSON]
    let transactions: [JSON]

    /// Of each payment: the bytes of callbacks and calls, or what is left of them.
    let dossiers: [JSON]
    let callbacks: [JSON]
    let attention: [JSON]
    let consumers: JSON

    /// - Parameter oldest: the oldest transition in the feed.
    init(of daemon: Daemon, oldest: Int = 1) throws {
        id = try daemon.get("/v1/transitions?after=latest").json["feed"].text
        feed = try daemon.feed(after: oldest - 1)
        let payments = try daemon.get("/v1/transactions?limit=1000").json["transactions"].items
        transactions = payments
        dossiers = try payments.map { payment in
            let reference = payment["partnerReferenceNo"].text ?? ""
            let dossier = try daemon.get("/v1/transactions/\(reference)/dossier").json
            return .array(["callbacks", "exchanges", "attention"].map { dossier[$0] })
        }
        // Refused ones stay where they are.
        callbacks = try daemon.callbacks().filter { $0["outcome"].text != "refused" }
        attention = try daemon.attention("state=all")
        consumers = try daemon.get("/v1/consumers").json
    }

    /// What differs from an earlier state.
    func differences(from earlier: MovedState) -> [String] {
        [
            ("id", id == earlier.id), ("feed", feed == earlier.feed),
            ("transactions", transactions == earlier.transactions),
            ("dossiers", dossiers == earlier.dossiers),
            ("callbacks", callbacks == earlier.callbacks),
            ("attention", attention == earlier.attention),
            ("consumers", consumers == earlier.consumers),
        ].filter { !$0.1 }.map(\.0)
    }
}
