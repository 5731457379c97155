import Foundation
import Support

/// A consumer whose offset the receiver stores is given no other one than those it has stored.
struct OffsetsAreReached: SoakInvariant {
    static let name = "a consumer is given no offset that it did not reach"

    mutating func check(_ scene: SoakScene) throws {
        for case let reader as FeedReader in scene.consumers where reader.name == "named" {
            let least = reader.storedRange.lowerBound
            let response = try scene.call("GET", "/v1/consumers/soak")
            guard response.status == 200, let position = response.json["position"].integer else {
                return
            }
            let most = reader.storedRange.upperBound
            if position < least || position > most {
                fail("\(position), it has stored \(least) to \(most)", scene)
            }
        }
        let response = try scene.call("GET", "/v1/consumers/orders.shop")
        guard response.status == 200, let position = response.json["position"].integer else {
            return
        }
        // The receiver may know of a message before this thread: wait for it.
        let messages = scene.shop.messages(0)
        let reached = messages.compactMap { $0.json["data"]["sequence"].integer }.max() ?? 0
        if position > reached {
            fail("the forwarder stands at \(position), \(reached) was accepted", scene)
        }
    }
}

/// No reader stands while the head moves; at the end all have come to it.
struct ReadersAdvance: SoakInvariant {
    static let name = "no reader stands while the head moves"

    private static let seconds = 2 * Patience.seconds

    private var moves: [String: (offset: Int, at: Date)] = [:]

    mutating func check(_ scene: SoakScene) throws {
        for reader in scene.consumers {
            (reader as? ForwardReader)?.revive()
            let offset = reader.offset
            let move = moves[reader.name]
            if let move, move.offset == offset, offset < scene.feed.head {
                if Date().timeIntervalSince(move.at) > Self.seconds {
                    fail("\(reader.name) stands at \(offset) of \(scene.feed.head)", scene)
                    moves[reader.name] = (offset, Date())
                }
            } else {
                moves[reader.name] = (offset, Date())
            }
        }
    }

    mutating func checkAtEnd(_ scene: SoakScene) throws {
        let head = try scene.read("/v1/transitions?after=latest", by: Self.name)["head"].integer
        for reader in scene.consumers where reader.offset != head {
            fail("\(reader.name) stands at \(reader.offset) of \(head ?? -1)", scene)
        }
    }
}

/// The shop is sent each transition at least once, none before those before it were accepted.
struct ForwardedInOrder: SoakInvariant {
    static let name = "each transition is forwarded, in order"

    private var seenCount = 0
    private var next = 1

    mutating func check(_ scene: SoakScene) throws {
        for message in scene.shop.messages(0).dropFirst(seenCount) {
            let transition = message.json["data"]
            let sequence = transition["sequence"].integer ?? -1
            if sequence > next || sequence < 1 {
                fail("\(sequence) was sent, expected \(next) at most", scene)
            }
            scene.feed.observe(transition, by: "the shop")
            // The receiver of messages refuses some; those are sent again.
            let isAccepted = scene.shop.status(of: seenCount) == 200
            if isAccepted, sequence == next {
                next += 1
                for case let reader as ForwardReader in scene.consumers {
                    reader.accepted(sequence)
                }
            }
            seenCount += 1
        }
    }
}
