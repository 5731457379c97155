package import APIModel
package import Configuration
import Crypto
package import HTTPCore
import Queues
import Synchronization

/// Makes dossiers and gateway reports, one at a time, on a queue of its own.
package final class EvidenceDesk: Sendable {
    private let turns = TurnQueue(label: "evidence")
    private let current: Mutex<EvidenceKeys>

    package init(_ loaded: LoadedConfiguration) { current = Mutex(EvidenceKeys(loaded)) }

    /// Verifies with the keys of `loaded` from now on.
    package func apply(_ loaded: LoadedConfiguration) {
        let new = EvidenceKeys(loaded)
        current.withLock { $0 = new }
    }

    /// The current keys.
    package var keys: EvidenceKeys { current.withLock { $0 } }

    /// Runs `work` after the earlier requests have ended.
    ///
    /// - Throws: also if the client has disconnected meanwhile.
    package func inTurn(
        _ work: @Sendable () async throws(Problem) -> Response
    ) async throws(Problem) -> Response {
        guard let response = try await turns.inTurn(work) else { throw .disconnected }
        return response
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
