import CashIn
import Configuration
import Commands
import HTTPClient
import HTTPCore
import Ledger
import Payments
import Snap
package import Store
import Synchronization
import Text

/// Tests the way to the gateway and the way from it before the first payment.
///
/// Towards the gateway it only reads: it queries a made-up reference, which a gateway that accepts
/// key, client id and path does not know. To the own `notify.publicURL` it posts an unsigned
/// callback, which only this receiver refuses in its own form: then name, certificate chain, proxy
/// and path are right. Methods may be called from any thread.
package final class SelfTest: Sendable {
    private let settings: Mutex<Configuration>
    private let gateway: OutboundGateway
    private let store: Store

    /// The wall clock, in milliseconds since the epoch.
    private let now: @Sendable () -> Int64

    init(
        _ loaded: LoadedConfiguration,
        gateway: OutboundGateway,
        store: Store,
        now: @escaping @Sendable () -> Int64
    ) {
        settings = Mutex(loaded.configuration)
        self.gateway = gateway
        self.store = store
        self.now = now
    }

    /// Uses the configuration of `loaded` from now on.
    func apply(_ loaded: LoadedConfiguration) {
        settings.withLock { $0 = loaded.configuration }
    }

    /// Runs all checks at the same time; takes at most `cashIn.requestTimeoutSeconds`, twice where
    /// a connection was reused.
    ///
    /// - Throws: when the call to the gateway cannot be recorded.
    package func run() async throws(StoreError) -> [SelfTestCheck] {
        let configuration = settings.withLock { $0 }
        let url = configuration.notify.publicURL
        async let published = PublicURLCheck(url, nowMilliseconds: now()).run()
        let called = try await checkGateway()
        return [called, await published]
    }

    // MARK: The gateway

    private func checkGateway() async throws(StoreError) -> SelfTestCheck {
        guard let cashIn = gateway.access?.cashIn else {
            return SelfTestCheck(
                .gateway,
                .skipped,
                "Gateway calls are not configured (receive-only).",
                remedy: "Set cashIn.privateKeyFile and cashIn.merchantId."
            )
        }
        let digits = String(UInt64.random(in: 1_000_000_000_000_000...9_999_999_999_999_999))
        guard let reference = Reference("SELFTEST-" + digits) else {
            preconditionFailure("letters and digits are a reference")
        }
        let inquiry = try await store.reader.inquiry(reference)
        let attempt = await cashIn.query(inquiry)
        // A payment that does not exist must not be created.
        if case .found = attempt.query {
        } else {
            _ = try await store.record(inquiry, attempt.outcome, attempt.calls)
        }
        return Self.check(attempt.query, reference)
    }

    private static func check(_ outcome: QueryOutcome, _ reference: Reference) -> SelfTestCheck {
        let failed = { (detail: String, remedy: String) in
            SelfTestCheck(.gateway, .failed, detail, remedy: remedy)
        }
        return switch outcome {
        case .notFound(let code, let message):
            SelfTestCheck(
                .gateway,
                .passed,
                "The gateway does not know the made-up reference \(reference) (\(code) "
                    + "\(oneLine(message))), so it accepts key, client id and path."
            )
        case .found(let response):
            failed(
                "The gateway reports status \(response.status.code) for the made-up reference "
                    + "\(reference).",
                "Check cashIn.baseURL: it may lead to a stand-in for the gateway."
            )
        case .unauthorized(let failure):
            failed(
                "The gateway rejected the credentials: \(failure).",
                "Give Cash In the public key of cashIn.privateKeyFile (check-config prints its "
                    + "fingerprint); check clientId, signaturePathPrefix and the clock."
            )
        case .refused(let failure):
            failed(
                "The gateway rejected the query: \(failure).",
                "Check cashIn.clientId, merchantId and channelId."
            )
        case .unreadable(let failure):
            failed(
                "The response is not the gateway's: \(failure).",
                "Check cashIn.baseURL and the proxies and firewalls before the gateway."
            )
        case .unavailable(let failure):
            failed(
                "The gateway did not respond: \(failure).",
                "Check cashIn.baseURL, proxyURL, caFile and the network."
            )
        }
    }
}

/// One result of the self-test.
package struct SelfTestCheck: Equatable, Sendable {
    /// What is checked.
    package enum Name: String, CaseIterable, Sendable {
        /// Calls to the gateway.
        case gateway
        /// Callbacks to `notify.publicURL`.
        case publicURL
    }

    /// The result of a check.
    package enum Outcome: String, CaseIterable, Sendable {
        case passed, failed, skipped
    }

    package let name: Name
    package let outcome: Outcome

    /// What happened, for an operator.
    package let detail: String

    /// What to do; nil if nothing.
    package let remedy: String?

    init(_ name: Name, _ outcome: Outcome, _ detail: String, remedy: String? = nil) {
        self.name = name
        self.outcome = outcome
        self.detail = detail
        self.remedy = remedy
    }
}
