import Foundation
import Support

/// The clients of both receivers: the gateway, which delivers callbacks until they are
/// acknowledged, shops that ask for codes, and services that follow the feed of each receiver.
final class NemesisClients {
    private let receivers: [NemesisReceiver]
    private let record: NemesisRecord
    private let threads: [Thread]

    init(of receivers: [NemesisReceiver], _ record: NemesisRecord, seed: UInt64) {
        (self.receivers, self.record) = (receivers, record)
        let deliveries = (0..<16).map { number in
            Thread { Self.deliver(to: receivers, record, seed: seed + UInt64(number)) }
        }
        let shop = Thread { Self.generate(on: receivers, record) }
        let followers = receivers.indices.map { index in
            Thread {
                let reader = NemesisReader(of: receivers[index], named: "\(index)", record)
                while !record.isStopped { reader.read() }
            }
        }
        threads = deliveries + [shop] + followers
        for thread in threads { thread.start() }
    }

    /// Returns when all have ended; every callback that was begun is acknowledged then.
    func finish() {
        record.stop()
        for thread in threads { while !thread.isFinished { usleep(5_000) } }
    }

    // MARK: The gateway

    /// Delivers one callback after the other, each until it is acknowledged, and some again.
    private static func deliver(
        to receivers: [NemesisReceiver],
        _ record: NemesisRecord,
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        while !record.isStopped {
            guard let callback = try? Callback() else { return record.violate("no callback") }
            let deadline = Date(timeIntervalSinceNow: 2 * Patience.seconds)
            while true {
                let receiver = receivers.randomElement(using: &random)
                if isAcknowledged(callback, by: receiver, record) { break }
                guard Date() < deadline else {
                    return record.violate("never acknowledged: \(callback.merchant)")
                }
                usleep(20_000)
            }
            record.acknowledge(callback.merchant)
            if Int.random(in: 0..<4, using: &random) == 0 {
                let receiver = receivers.randomElement(using: &random)
                _ = isAcknowledged(callback, by: receiver, record)
            }
        }
    }

    private static func isAcknowledged(
        _ callback: Callback,
        by receiver: NemesisReceiver?,
        _ record: NemesisRecord
    ) -> Bool {
        let code = receiver?.post(callback)
        if code == "2005600" { return true }
        if let code, !["5005601", "5035600"].contains(code) {
            record.violate("\(callback.merchant): answered \(code)")
        }
        record.refuse()
        return false
    }

    // MARK: Shops

    /// Asks both receivers for the same codes at the same time.
    private static func generate(on receivers: [NemesisReceiver], _ record: NemesisRecord) {
        var number = 0
        while !record.isStopped {
            number += 1
            let body = "{\"partnerReferenceNo\":\"SHOP-\(number)\",\"amount\":\"10000.00\"}"
            let codes = Concurrent.map(count: receivers.count) { index in
                receivers[index].call("POST", "/admin/qr/generate", body)?.json["qrContent"].text
            }
            let shown = Set(codes.compactMap(\.self))
            if shown.count > 1 { record.violate("two codes of SHOP-\(number): \(shown)") }
            usleep(50_000)
        }
    }
}

/// A service that follows the feed of one receiver, and remembers all of it.
final class NemesisReader {
    private let receiver: NemesisReceiver
    private let name: String
    private let record: NemesisRecord
    private var feed: String?

    /// What the transitions said, in order; the first has number 1.
    private(set) var transitions: [String] = []
    private var references: Set<String> = []

    /// How many acknowledged callbacks have been looked for.
    private var checkedCount = 0

    init(of receiver: NemesisReceiver, named name: String, _ record: NemesisRecord) {
        (self.receiver, self.name, self.record) = (receiver, name, record)
    }

    /// Reads on to the head, if the receiver answers; all that was acknowledged before is there.
    ///
    /// - Returns: whether the head was reached.
    @discardableResult
    func read() -> Bool {
        let acknowledged = record.references
        var isRecent = !record.hasTwoPrimaries
        while true {
            let target = "/v1/transitions?limit=1000&after=\(transitions.count)"
            guard let response = receiver.call("GET", target), response.status < 500 else {
                usleep(20_000)
                return false
            }
            let page = response.json
            guard response.status == 200, page["feed"].text == feed ?? page["feed"].text else {
                record.violate("reader \(name): \(response.status) \(response.text)")
                return false
            }
            feed = page["feed"].text
            for transition in page["transitions"].items { add(transition) }
            if page["transitions"].items.isEmpty { break }
        }
        isRecent = isRecent && !record.hasTwoPrimaries
        if !isRecent { return true }
        for reference in acknowledged[checkedCount...] where !references.contains(reference) {
            record.violate("reader \(name): \(reference) is acknowledged and not in the feed")
        }
        checkedCount = acknowledged.count
        return true
    }

    private func add(_ transition: JSON) {
        let number = transition["sequence"].integer ?? 0
        if number != transitions.count + 1 {
            record.violate("reader \(name): \(number) follows \(transitions.count)")
        }
        let reference = transition["partnerReferenceNo"].text ?? ""
        let status = transition["to"].text ?? ""
        transitions.append("\(number) \(reference) \(status)")
        references.insert(reference)
    }
}
