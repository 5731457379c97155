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

    /// - Parameter hasNamespaces: whether networks are namespaces (see ``NemesisCluster``).
    init(hasNamespaces: Bool) throws {
        let count = 2
        let cluster = try NemesisCluster(receivers: count, hasNamespaces: hasNamespaces)
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
                // A callback may be repeated for minutes, by clocks that differ by minutes.
                "notify.timestampToleranceSeconds=3600",
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
                guard Date() < deadline else {
                    throw NotHealed(log: receivers.map(\.log) + cluster.logs)
                }
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
        case .receiversUpgraded: for receiver in receivers { try upgrade(receiver) }
        case .receiverStopped:
            receivers[receiver].signal(SIGSTOP)
            usleep(pause)
            receivers[receiver].signal(SIGCONT)
        case .primaryRestarted: try restart(primary, pause)
        case .standbyRestarted: try restart(standby, pause)
        case .primaryStopped: try freeze(primary, pause)
        case .standbyStopped: try freeze(standby, pause)
        case .primaryDiskFull: try fillDisk(primary, pause)
        case .standbyDiskFull: try fillDisk(standby, pause)
        case .receiverPartitioned:
            partition(cluster.toServers[receiver][primary], pause, &random)
        case .standbyPartitioned: partition(cluster.toPrimaries[primary], pause, &random)
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

    /// Loses packets, now and then for so long that each side gives the connection up.
    private func partition(
        _ link: any NemesisLink,
        _ pause: UInt32,
        _ random: inout SeededGenerator
    ) {
        link.cut(true)
        usleep(pause)
        if Int.random(in: 0..<4, using: &random) == 0 { sleep(12) }
        link.cut(false)
    }

    /// The server may end, or start again and again, until there is room.
    private func fillDisk(_ place: Int, _ pause: UInt32) throws {
        guard let disk = cluster.disks?[place] else { return }
        try disk.setFull()
        usleep(pause)
        try disk.setRoomy()
        try cluster.startIfEnded(place)
    }

    /// Stops a receiver as systemd does, and starts it once the other one receives all.
    private func upgrade(_ receiver: NemesisReceiver) throws {
        try receiver.restart()
        try waitUntilReady()
    }

    /// Promotes the standby while the primary is out of reach of it, and stays so for a while.
    private func split(_ pause: UInt32) throws {
        let old = cluster.primary
        cluster.toPrimaries[old].cut(true)
        try cluster.promote()
        usleep(pause)
        // A receiver that is connected to the old one stays so until it is stopped.
        try cluster.replaceStandby()
    }
}
