import Support

/// A network to a server that can lose all packets, in both directions, without an end of the
/// connections.
protocol NemesisLink: Sendable {
    /// Where the server is found.
    var host: String { get }
    var port: Int { get }

    /// Whether packets are lost.
    func cut(_ isCut: Bool)

    /// Leads to another server at the same place from now on.
    ///
    /// - Parameter path: of its socket.
    func lead(to path: String)
}

/// A port of 127.0.0.1: any user can make one. A lost packet has reached the kernel of the other
/// side, so no timeout of TCP ends the connection.
extension Partition: NemesisLink {
    var host: String { "127.0.0.1" }
}
