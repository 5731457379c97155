import CashIn
import HTTPClient
import HTTPCore
import Sockets
import Synchronization

/// The gateway as this program calls it. A reload replaces its settings as a whole; calls under way
/// end with theirs.
final class OutboundGateway: Sendable {
    /// What calls need.
    struct Access: Sendable {
        let cashIn: CashInClient
        fileprivate let http: HTTPClient

        /// Requests at once, at most.
        let requestsMax: Int
    }

    private let current: Mutex<Access?>
    private let now: @Sendable () -> Int64

    /// - Throws: when a file that checked out before cannot be used.
    init(
        _ loaded: LoadedConfiguration,
        now: @escaping @Sendable () -> Int64
    ) throws(HTTPClientError) {
        self.now = now
        current = Mutex(try Self.access(loaded, now: now))
    }

    /// Nil when the receiver only receives.
    var access: Access? { current.withLock { $0 } }

    /// Calls that begin from now on are made as `loaded` says.
    func apply(_ loaded: LoadedConfiguration) throws(HTTPClientError) {
        let access = try Self.access(loaded, now: now)
        let old = current.withLock { current in
            let old = current
            current = access
            return old
        }
        retire(old)
    }

    /// Interrupts what is under way. Later calls find no gateway.
    func close() async {
        let old = current.withLock { current in
            let old = current
            current = nil
            return old
        }
        await old?.http.close()
    }

    /// Lets calls of replaced settings end before their connections are closed.
    private func retire(_ access: Access?) {
        guard let access else { return }
        Task {
            try? await Task.sleep(for: .seconds(Self.retirementSeconds))
            await access.http.close()
        }
    }

    /// As long as `cashIn.requestTimeoutSeconds` may be.
    private static let retirementSeconds = 300

    private static func access(
        _ loaded: LoadedConfiguration,
        now: @escaping @Sendable () -> Int64
    ) throws(HTTPClientError) -> Access? {
        let cashIn = loaded.configuration.cashIn
        guard let privateKey = loaded.keys.privateKey, let merchantID = cashIn.merchantID else {
            return nil
        }
        var settings = ClientSettings()
        settings.connectTimeoutSeconds = cashIn.connectTimeoutSeconds
        settings.requestTimeoutSeconds = cashIn.requestTimeoutSeconds
        settings.connectionsMax = cashIn.maxConcurrentRequests
        settings.caFile = cashIn.caFile
        let http = try HTTPClient(settings)
        let url = cashIn.baseURL
        let client = CashInClient(
            CashInSettings(
                origin: Origin(isSecure: url.isSecure, host: url.host, port: url.port),
                basePath: url.path,
                signaturePathPrefix: cashIn.signaturePathPrefix,
                clientID: cashIn.clientID,
                merchantID: merchantID,
                channelID: cashIn.channelID,
                privateKey: privateKey
            ),
            client: http,
            now: now
        )
        return Access(cashIn: client, http: http, requestsMax: cashIn.maxConcurrentRequests)
    }
}
