import Foundation
import Glibc
import Support

/// Two receivers, a primary, a synchronous standby, the gateway, and what happens to them.
final class NemesisScene {
    /// The scene is not as it was, so long after the last fault.
    struct NotHealed: Error, CustomStringConvertible {
        let log: [[String]]
        var description: String { "not ready again: \(log)" }
    }

    let cluster: NemesisCluster
    let receivers: [NemesisReceiver]
    let gateway: Gateway

    init() throws {
        let count = 2
        let cluster = try NemesisCluster(receivers: count)
        self.cluster = cluster
        let ports = try (0..<count).map { _ in try FreePort.next() }
        let workspaces = try (0..<count).map { index in
            try Workspace(
                confirms: "never",
                at: cluster.address(receiver: index),
                isSingleCopy: false
            )
        }
        gateway = try Gateway(
            for: workspaces[0],
            notifyPort: ports[0],
            options: ["--retry-seconds", "none"]
        )
        let settings =
            gateway.settings + [
                "cashIn.requestTimeoutSeconds=2", "reconcile.whileOpenSeconds=[3]",
                "log.level=warning",
            ]
        receivers = try workspaces.indices.map { index in
            try NemesisReceiver(
                workspaces[index],
                notifyPort: ports[index],
                settings: settings,
                // Their clocks differ by four minutes.
                clockSeconds: index * 240
            )
        }
        try waitUntilReady()
    }

    /// Returns when both receivers commit, on both servers.
    func waitUntilReady() throws {
        let deadline = Date(timeIntervalSinceNow: 2 * Patience.seconds)
        for receiver in receivers {
            while !receiver.isReady() {
                guard Date() < deadline else { throw NotHealed(log: receivers.map(\.log)) }
                usleep(50_000)
            }
        }
        try cluster.waitUntilFollowed()
    }

    /// Does something, leaves it for a while, and undoes it.
    func suffer(_ fault: NemesisFault, _ random: inout SeededGenerator) throws {
        let receiver = Int.random(in: 0..<receivers.count, using: &random)
        let pause = UInt32.random(in: 100_000...2_500_000, using: &random)
        let (primary, standby) = (cluster.primary, cluster.standby)
        switch fault {
        case .nothing: usleep(pause)
        case .receiverKilled: try receivers[receiver].crash()
        case .bothReceiversKilled: for receiver in receivers { try receiver.crash() }
        case .receiverStopped:
            receivers[receiver].signal(SIGSTOP)
            usleep(pause)
            receivers[receiver].signal(SIGCONT)
        case .primaryRestarted: try restart(primary, pause)
        case .standbyRestarted: try restart(standby, pause)
        case .primaryStopped: try freeze(primary, pause)
        case .standbyStopped: try freeze(standby, pause)
        case .receiverPartitioned: partition([cluster.toServers[receiver][primary]], pause)
        case .standbyPartitioned: partition([cluster.toPrimaries[primary]], pause)
        case .waitsCancelled:
            cluster.toPrimaries[primary].cut(true)
            try cancelWaits(pause)
            cluster.toPrimaries[primary].cut(false)
        case .promoted: try promote(pause)
        case .promotedAfterCancelledWaits:
            // What has waited is visible at the primary, and lost with it.
            cluster.toPrimaries[primary].cut(true)
            try cancelWaits(pause)
            try promote(pause)
            cluster.toPrimaries[primary].cut(false)
        case .promotedBesideOldPrimary: try split(pause)
        }
    }

    private func cancelWaits(_ pause: UInt32) throws {
        for _ in 0..<20 {
            usleep(pause / 20)
            try cluster.cancelStatements()
        }
    }

    private func promote(_ pause: UInt32) throws {
        try cluster.servers[cluster.primary].stop("immediate")
        usleep(pause / 4)
        try cluster.promote()
        usleep(pause / 4)
        try cluster.replaceStandby()
    }

    private func restart(_ place: Int, _ pause: UInt32) throws {
        try cluster.servers[place].stop("immediate")
        usleep(pause)
        try cluster.servers[place].start()
    }

    private func freeze(_ place: Int, _ pause: UInt32) throws {
        try cluster.servers[place].signal(SIGSTOP)
        usleep(pause)
        try cluster.servers[place].signal(SIGCONT)
    }

    private func partition(_ links: [Partition], _ pause: UInt32) {
        for link in links { link.cut(true) }
        usleep(pause)
        for link in links { link.cut(false) }
    }

    /// Promotes the standby while the primary is out of reach of it, and stays so for a while.
    private func split(_ pause: UInt32) throws {
        let old = cluster.primary
        cluster.toPrimaries[old].cut(true)
        try cluster.promote()
        usleep(pause)
        // Whoever is connected to the old one stays so until it is stopped.
        try cluster.replaceStandby()
        cluster.toPrimaries[old].cut(false)
    }
}
