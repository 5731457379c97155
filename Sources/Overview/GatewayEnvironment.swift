/// The kind of gateway that a receiver calls, by the host of `cashIn.baseURL`.
package enum GatewayEnvironment: String, CaseIterable, Sendable {
    case sandbox
    case production
    /// On this machine: the simulator.
    case local
    /// The gateway is not called.
    case none

    /// - Parameter host: a name or an address; nil if the gateway is not called.
    package init(host: String?) {
        guard let host = host?.lowercased() else {
            self = .none
            return
        }
        let isLocal = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        self = isLocal ? .local : host.contains("sandbox") ? .sandbox : .production
    }
}

/// Whether the gateway responds to queries.
package enum GatewayState: String, CaseIterable, Sendable {
    case ok
    case failing
    /// No response is known.
    case unknown
    /// The gateway is not called.
    case none
}
