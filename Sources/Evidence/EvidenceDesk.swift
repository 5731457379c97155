package import APIModel
package import Configuration
import Crypto
package import HTTPCore
import Queues
import Synchronization

/// Makes dossiers and gateway reports, one at a time, on a queue of its own.
///
/// Any number of requests occupies at most one core and the memory of one document.
package actor EvidenceDesk {
    private let executor = QueueExecutor(label: "evidence")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let current: Mutex<EvidenceKeys>

    /// Whether a document is being made.
    private var isBusy = false

    /// Requests that wait for their turn, oldest first.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ loaded: LoadedConfiguration) { current = Mutex(EvidenceKeys(loaded)) }

    /// Verifies with the keys of `loaded` from now on.
    package nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = EvidenceKeys(loaded)
        current.withLock { $0 = new }
    }

    /// The current keys.
    package nonisolated var keys: EvidenceKeys { current.withLock { $0 } }

    /// Runs `work` on this actor after the earlier requests have ended.
    ///
    /// If the client has disconnected meanwhile, `work` is not run.
    package func inTurn(
        _ work: @Sendable () async throws(Problem) -> Response
    ) async throws(Problem) -> Response {
        if isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer { leave() }
        if Task.isCancelled { throw Problem(.overloaded, "The client has disconnected.") }
        return try await work()
    }

    /// Hands the turn to the next waiting request.
    ///
    /// `isBusy` stays true meanwhile, so that a new request cannot overtake it.
    private func leave() {
        if waiting.isEmpty {
            isBusy = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}

/// The public keys of the current configuration, with which evidence is verified.
package struct EvidenceKeys: Sendable {
    /// The gateway's keys.
    let gateway: [RSAPublicKey]

    /// The merchant's key; nil without a private key.
    let merchant: RSAPublicKey?

    init(gateway: [RSAPublicKey], merchant: RSAPublicKey?) {
        self.gateway = gateway
        self.merchant = merchant
    }

    init(_ loaded: LoadedConfiguration) {
        self.init(
            gateway: loaded.keys.publicKeys.map(\.key),
            merchant: loaded.keys.privateKey?.publicKey
        )
    }
}
