package import Configuration
package import Crypto
import HTTPCore
package import Metrics
import Payments
import Snap
import System
import Synchronization

/// What the notify listener needs of a configuration, prepared once for every request.
///
/// Unchanging: a reload makes another one, and requests under way finish with theirs.
package final class NotifyContext: Sendable {
    /// The path of `publicURL`, and the one of Cash In's page.
    let paths: [[UInt8]]
    let clientID: [UInt8]
    let allowedAddresses: [AddressBlock]
    let trustedProxies: [AddressBlock]
    let bodyBytesMax: Int
    let requestsInFlightMax: Int

    /// Counts the callbacks that each key verified; empty where nothing is counted.
    private let callbacksByKey: [(fingerprint: String, counter: Counter)]

    /// Lengths of the keys' signatures.
    private let signatureBytes: Set<Int>

    /// Stands for a loop in requests that no loop has: kept callbacks that are read again.
    var spareIndex: Int { checkers.count - 1 }

    /// One for each loop, and one to spare: a checker reuses its memory and serves one thread at a
    /// time. The lock is never waited for; it is what lets the compiler see that.
    private let checkers: [Checker]

    private final class Checker: Sendable {
        let checker: Mutex<SignatureChecker>

        init(_ checker: consuming sending SignatureChecker) { self.checker = Mutex(checker) }
    }

    /// - Parameter keyCounters: count the callbacks that each key verifies; nil for a context that
    ///   serves no listener.
    package init(
        _ loaded: LoadedConfiguration,
        loopCount: Int,
        keyCounters: KeyCounters? = nil
    ) throws(CryptoError) {
        let notify = loaded.configuration.notify
        let standardPath = "/v1.0/debit/notify"
        let registeredPath = notify.publicURL.path
        paths = [registeredPath, standardPath].map { Array($0.utf8) }
        clientID = Array(loaded.configuration.cashIn.clientID.utf8)
        allowedAddresses = notify.allowedAddresses
        trustedProxies = notify.trustedProxies
        bodyBytesMax = loaded.configuration.limits.bodyBytes
        requestsInFlightMax = loaded.configuration.limits.requestsInFlight
        signatureBytes = Set(loaded.keys.publicKeys.map(\.key.modulusBytes))
        callbacksByKey = loaded.keys.publicKeys.compactMap { file in
            let fingerprint = file.key.fingerprint
            return keyCounters.map { (fingerprint, $0.counter(of: fingerprint)) }
        }
        var checkers: [Checker] = []
        for _ in 0...loopCount {
            let checker = try SignatureChecker(
                keys: loaded.keys.publicKeys.map(\.key),
                paths: notify.signaturePaths,
                forms: notify.signatureBodies
            )
            checkers.append(Checker(checker))
        }
        self.checkers = checkers
    }

    /// Whether a refused request has our client id or a well-formed signature: the rejected-request
    /// store has more room for those (article Storage).
    func isPlausible(_ headers: CallbackHeaders, in head: RequestHead) -> Bool {
        if bearsClientID(headers, in: head) { return true }
        guard let signature = headers.signature.range else { return false }
        let bytes = head.bytes
        return isSignature(bytes.span.extracting(signature))
    }

    /// Whether X-PARTNER-ID is our client id.
    func bearsClientID(_ headers: CallbackHeaders, in head: RequestHead) -> Bool {
        headers.partnerID.range.map { head[$0].elementsEqual(clientID) } ?? false
    }

    /// Whether a text is strict base64 of the length of one of the keys' signatures.
    private func isSignature(_ text: Span<UInt8>) -> Bool {
        guard text.count <= RSAKeyBits.max / 8 * 2, let bytes = Base64.decode(text) else {
            return false
        }
        return signatureBytes.isEmpty ? bytes.count >= 256 : signatureBytes.contains(bytes.count)
    }

    /// Counts an authentic callback by the key that verified it.
    func countAuthentic(by fingerprint: String) {
        // A linear search suffices: there are two keys during a rotation, otherwise one.
        callbacksByKey.first { $0.fingerprint == fingerprint }?.counter.add()
    }

    /// What a signature verifies over, or nil when it does not. Called on the request's loop.
    func match(_ request: borrowing RequestToVerify) -> SignatureMatch? {
        let head = request.head.bytes
        return checkers[request.loopIndex % checkers.count].checker.withLock {
            $0.match(
                signature: head.span.extracting(request.signature),
                timestamp: head.span.extracting(request.timestamp),
                body: request.body.span
            )
        }
    }
}

/// The parts of a request that its signature is about.
struct RequestToVerify {
    let head: RequestHead
    let signature: Range<Int>
    let timestamp: Range<Int>
    let body: [UInt8]
    let loopIndex: Int
}
