package import CashIn
import Commands
import Configuration
import HTTPClient
import HTTPCore
import System
import Synchronization

/// The client of the gateway, with the settings of the present configuration.
///
/// A reload replaces the settings as a whole; calls under way keep theirs to their end. Methods may
/// be called from any thread.
package final class OutboundGateway: Sendable {
    /// A client and its limits. A caller reads it once and uses it for all calls of one attempt, so
    /// that a reload does not change settings between them.
    package struct Access: Sendable {
        package let cashIn: CashInClient

        /// The client under ``cashIn``, which has to be closed.
        fileprivate let http: HTTPClient

        /// The maximum of requests at once, `cashIn.maxConcurrentRequests`; further ones wait.
        let requestsMax: Int

        /// The maximum of seconds that one call takes, `cashIn.requestTimeoutSeconds`.
        let requestSeconds: Int

        /// How long the query about a payment is this receiver's: four calls, and what is needed to
        /// store their results.
        var queryClaimSeconds: Int { 4 * requestSeconds + 20 }

        /// How long a reference is this receiver's, so that a generate call can begin and end.
        ///
        /// After a crash, it is so long that nothing can be generated under it.
        var generateClaimSeconds: Int { requestSeconds + 15 }
    }

    /// The state that the lock guards; held for assignments only, never during a call.
    private struct State {
        /// Nil when the receiver is receive-only, and after ``close()``.
        var access: Access?

        /// How many were replaced since the start: the number of the last one.
        var retiredCount = 0

        /// The replaced ones by number, until they are closed: their calls may be under way.
        var retired: [Int: Access] = [:]
    }

    private let state: Mutex<State>

    /// The wall clock of X-TIMESTAMP and of the journal, in milliseconds since the epoch.
    private let now: @Sendable () -> Int64

    /// Reads the certificates that the configuration names; connects only when the first call is
    /// made.
    ///
    /// - Throws: when the certificates of `cashIn.caFile` or of the system cannot be read. Loading
    ///   the configuration checks the file, so it has changed since.
    init(
        _ loaded: LoadedConfiguration,
        now: @escaping @Sendable () -> Int64
    ) throws(HTTPClientError) {
        self.now = now
        state = Mutex(State(access: try Self.makeAccess(loaded, now: now)))
    }

    /// The present client; nil when the receiver is receive-only, and after ``close()``.
    package var access: Access? { state.withLock { $0.access } }

    /// Replaces the settings of all calls that start after it. The replaced client is closed
    /// ``retirementSeconds`` later.
    ///
    /// - Throws: when the certificates cannot be read; then the present settings stay.
    func apply(_ loaded: LoadedConfiguration) throws(HTTPClientError) {
        let access = try Self.makeAccess(loaded, now: now)
        let retired = state.withLock { state -> Int? in
            defer { state.access = access }
            guard let old = state.access else { return nil }
            state.retiredCount += 1
            state.retired[state.retiredCount] = old
            return state.retiredCount
        }
        if let retired { closeLater(retired) }
    }

    /// Interrupts the calls under way, including those with replaced settings, and returns when all
    /// connections are closed. An interrupted call fails like one whose connection broke, and its
    /// caller records that. ``access`` is nil from now on.
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

    /// Closes a replaced client after ``retirementSeconds``, unless ``close()`` has done so before.
    private func closeLater(_ number: Int) {
        Task {
            try? await Task.sleep(for: .seconds(Self.retirementSeconds))
            let access = state.withLock { $0.retired.removeValue(forKey: number) }
            await access?.http.close()
        }
    }

    /// The maximum of `cashIn.requestTimeoutSeconds`, so that no call under way is interrupted. An
    /// attempt of several calls can take longer; those that are left fail then.
    private static let retirementSeconds = 300

    /// A client with the settings of `loaded`; nil without a private key or a merchant ID, when
    /// the receiver is receive-only (article Gateway, "Traps in the gateway's page").
    private static func makeAccess(
        _ loaded: LoadedConfiguration,
        now: @escaping @Sendable () -> Int64
    ) throws(HTTPClientError) -> Access? {
        let cashIn = loaded.configuration.cashIn
        guard let privateKey = loaded.keys.privateKey, let merchantID = cashIn.merchantID else {
            return nil
        }
        let http = try HTTPClient(ClientSettings(cashIn))
        let url = cashIn.baseURL
        let client = CashInClient(
            CashInSettings(
                origin: Origin(url),
                basePath: url.path,
                signaturePathPrefix: cashIn.signaturePathPrefix,
                clientID: cashIn.clientID,
                merchantID: merchantID,
                channelID: cashIn.channelID,
                userAgent: Version.userAgent,
                privateKey: privateKey
            ),
            client: http,
            now: now
        )
        return Access(
            cashIn: client,
            http: http,
            requestsMax: cashIn.maxConcurrentRequests,
            requestSeconds: cashIn.requestTimeoutSeconds
        )
    }
}
