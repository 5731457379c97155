package import Configuration
package import Payments
import System

/// Where the internal API lists attention entries, for `${url}` of alerts.
package struct EntriesAddress: Equatable, Sendable {
    /// Such as `http://127.0.0.1:8081`; nil when the API has no fixed IP address and port.
    private let base: String?

    /// The address of the first `internal.listen` with a fixed port. One that listens on all
    /// addresses is shown by its loopback address.
    package init(_ configuration: Configuration) {
        base =
            configuration.internalAPI.listen.lazy.compactMap { address -> String? in
                guard case .ip(let ip, let port) = address, port != 0 else { return nil }
                let host = Self.loopbacks["\(ip)"] ?? "\(ip)"
                return host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
            }.first
    }

    /// The loopback addresses under which what listens on all addresses can be reached.
    private static let loopbacks = ["0.0.0.0": "127.0.0.1", "::": "::1"]

    /// The address of the list of all open entries.
    package var all: String? { base.map { "\($0)/v1/attention" } }

    /// The address of the list of a kind.
    package func entries(_ kind: AttentionKind, areOpen: Bool) -> String? {
        all.map { "\($0)?kind=\(kind.rawValue)" + (areOpen ? "" : "&state=resolved") }
    }
}
