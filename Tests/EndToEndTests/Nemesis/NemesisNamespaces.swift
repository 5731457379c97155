import Glibc
import Support

/// Two network namespaces, each a place for a server, and the cables between them and to the
/// receivers, which are in the namespace of the tests.
struct NemesisNamespaces {
    private let places: [NetworkNamespace]

    /// From each receiver to each place.
    let toServers: [[NemesisCable]]

    /// To each place from the other one: one cable.
    let between: [NemesisCable]

    init(receivers: Int) throws {
        let places = try (0..<2).map { _ in try NetworkNamespace() }
        self.places = places
        var count = 0
        let cable = { (first: NetworkNamespace?, second: NetworkNamespace) in
            defer { count += 1 }
            return try NemesisCable(first, second, number: count)
        }
        toServers = try (0..<receivers).map { _ in try places.map { try cable(nil, $0) } }
        let last = try cable(places[1], places[0])
        between = [last, last.reversed]
    }

    /// What starts a program at each place, before the program's path.
    var commands: [[String]] { places.map(\.command) }
}

/// Two network interfaces, each in a network namespace. A lost packet reaches no kernel: it is sent
/// again until TCP gives up.
struct NemesisCable: NemesisLink {
    private let ends: [End]

    private struct End: Sendable {
        /// Nil: that of the tests.
        let namespace: NetworkNamespace?
        let interface: String
        let address: String
    }

    /// An address that no network interface has.
    private static let nowhere = "02:00:00:00:00:99"

    private init(_ ends: [End]) { self.ends = ends }

    /// - Parameters:
    ///   - client: the namespace of the end from which connections are opened; nil is that of the
    ///     tests.
    ///   - number: of the cable, in this process.
    init(_ client: NetworkNamespace?, _ server: NetworkNamespace, number: Int) throws {
        let process = Int(getpid())
        // 16 bits of the process id, 6 of the cable, and 2 of the end.
        let network = 10 << 24 | (process & 0xFFFF) << 8 | number << 2
        let address = { (host: Int) in
            (0..<4).map { String((network + host) >> (24 - 8 * $0) & 0xFF) }.joined(separator: ".")
        }
        ends = [client, server].enumerated().map { index, namespace in
            End(
                namespace: namespace,
                interface: "cr\(process)-\(number)\(index == 0 ? "c" : "s")",
                address: address(index + 1)
            )
        }
        try NetworkNamespace.run(
            ["link", "add", ends[0].interface, "type", "veth", "peer", "name", ends[1].interface]
        )
        for end in ends {
            if let namespace = end.namespace {
                try NetworkNamespace.run(["link", "set", end.interface, "netns", namespace.name])
            }
            let device = ["dev", end.interface]
            try end.namespace.run(["address", "add", "\(end.address)/30"] + device)
            try end.namespace.run(["link", "set", end.interface, "up"])
        }
    }

    /// The same cable, for connections from the other end.
    var reversed: NemesisCable { NemesisCable(ends.reversed()) }

    var host: String { ends[1].address }
    var port: Int { PostgreSQLCluster.port }

    /// While it is cut, each end sends to an address of the hardware that does not exist.
    func cut(_ isCut: Bool) {
        for (end, other) in zip(ends, ends.reversed()) {
            let peer = [other.address, "dev", end.interface]
            let change =
                isCut
                ? ["replace"] + peer + ["lladdr", Self.nowhere, "nud", "permanent"]
                : ["delete"] + peer
            // What is not cut has nothing to delete.
            try? end.namespace.run(["neighbour"] + change)
        }
    }

    /// A server at the same place has the same address.
    func lead(to path: String) {}
}
