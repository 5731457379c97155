package import CashIn
import Configuration
import HTTPClient
import HTTPCore
import System
import Synchronization

/// The gateway as this program calls it. A reload replaces its settings as a whole; calls under way
/// end with theirs.
package final class OutboundGateway: Sendable {
    /// What calls need.
    package struct Access: Sendable {
        package let cashIn: CashInClient
        fileprivate let http: HTTPClient

        /// Requests at once, at most.
        let requestsMax: Int
    }

    private struct State {
        var access: Access?
        var retiredCount = 0

        /// Replaced ones, whose calls may be under way.
        var retired: [Int: Access] = [:]
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> Int64

    /// - Throws: when a file that checked out before cannot be used.
    init(
        _ loaded: LoadedConfiguration,
        now: @escaping @Sendable () -> Int64
    ) throws(HTTPClientError) {
        self.now = now
        state = Mutex(State(access: try Self.access(loaded, now: now)))
    }

    /// Nil when the receiver only receives.
    package var access: Access? { state.withLock { $0.access } }

    /// Calls that begin from now on are made as `loaded` says.
    func apply(_ loaded: LoadedConfiguration) throws(HTTPClientError) {
        let access = try Self.access(loaded, now: now)
        let retired = state.withLock { state -> Int? in
            defer { state.access = access }
            guard let old = state.access else { return nil }
            state.retiredCount += 1
            state.retired[state.retiredCount] = old
            return state.retiredCount
        }
        if let retired { closeLater(retired) }
    }

    /// Interrupts what is under way, with replaced settings too. Later calls find no gateway.
    func close() async {
        let all = state.withLock { state in
            defer {
                state.access = nil
                state.retired = [:]
            }
            return Array(state.retired.values) + (state.access.map { [$0] } ?? [])
        }
        await withTaskGroup { group in
            for access in all { group.addTask { await access.http.close() } }
        }
    }

    /// Lets calls of replaced settings end before their connections are closed.
    private func closeLater(_ number: Int) {
        Task {
            try? await Task.sleep(for: .seconds(Self.retirementSeconds))
            let access = state.withLock { $0.retired.removeValue(forKey: number) }
            await access?.http.close()
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
