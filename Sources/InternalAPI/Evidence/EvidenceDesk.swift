import APIModel
package import Configuration
import Crypto
import HTTPCore
import Queues
import Store
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
    nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = EvidenceKeys(loaded)
        current.withLock { $0 = new }
    }

    /// The current keys.
    nonisolated var keys: EvidenceKeys { current.withLock { $0 } }

    /// Runs `work` on this actor after the earlier requests have ended.
    ///
    /// If the client has disconnected meanwhile, `work` is not run.
    fileprivate func inTurn(
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
struct EvidenceKeys: Sendable {
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

/// `GET /v1/transactions/{partnerReferenceNo}/dossier`: all evidence of one payment.
enum DossierEndpoint {
    /// The dossier, made in turn with other dossiers and reports.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let reference = try TransactionEndpoint.reference(request)
        let reader = services.store.reader
        let keys = services.evidence.keys
        return try await services.evidence.inTurn { () async throws(Problem) in
            let record = try await reading { () async throws(StoreError) in
                try await reader.transaction(reference)
            }
            guard let record else { throw TransactionEndpoint.unknown(reference) }
            let collector = DossierCollector(reader, keys: keys)
            return JSON.response(try await collector.dossier(of: record))
        }
    }
}

/// `GET /v1/gateway-report`: the forms that the gateway sends.
enum GatewayReportEndpoint {
    /// The report on a period, made in turn with other reports and dossiers.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        var range = GatewayReportRange()
        (range.from, range.to) = try request.period()
        let limits = 1...Int64(GatewayReportRange.entriesMax)
        if let limit = try request.integer("limit", in: limits) { range.limit = Int(limit) }
        let wanted = range
        let collector = GatewayReportCollector(services.store.reader)
        return try await services.evidence.inTurn { () async throws(Problem) in
            JSON.response(try await collector.report(on: wanted))
        }
    }
}
