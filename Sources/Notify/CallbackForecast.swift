package import Configuration
package import Crypto
import HTTPCore
import HTTPServer
import Ledger
package import Snap
import System

/// What the notify listener would do with a saved callback: rows 1 to 9 of article Checks.
///
/// The listener's own code decides. Rows 10 to 12 depend on stored payments.
package enum CallbackForecast: Equatable, Sendable {
    /// It would be refused with this response.
    case refused(SnapResponse, isAuthentic: Bool)

    /// No row refuses it that can be checked without stored payments.
    case undecided

    /// Judges a callback.
    ///
    /// The client is read from X-Forwarded-For alone; without it, row 2 is passed over.
    ///
    /// - Parameters:
    ///   - head: the request line and the fields, as HTTP/1.1.
    ///   - receivedMilliseconds: the time of receipt since the epoch; nil if unknown, then row 6 is
    ///     passed over.
    /// - Throws: if OpenSSL fails; no callback can cause that.
    package init(
        head bytes: [UInt8],
        body: [UInt8],
        receivedMilliseconds: Int64?,
        _ loaded: LoadedConfiguration
    ) throws(CryptoError) {
        let context = try NotifyContext(loaded, loopCount: 0)
        let limits = ServerLimits(loaded.configuration.limits).http
        let policy = LedgerPolicy(loaded.configuration)
        let head: RequestHead
        do throws(RequestError) {
            head = try parseRequestHead(bytes, limits: limits)
        } catch {
            let response = NotifyResponses.snapResponse(error.status)
            self = .refused(response, isAuthentic: false)
            return
        }
        if body.count > context.bodyBytesMax {
            self = .refused(NotifyResponses.snapResponse(.contentTooLarge), isAuthentic: false)
            return
        }
        let peer = Peer(address: .unix(path: ""))
        let route = NotifyRoute(head, peer, context)
        if let refusal = route.refusal, !route.isAddressRefused {
            self = .refused(refusal, isAuthentic: false)
            return
        }
        let examination = CallbackExamination(
            ofSaved: head,
            body: body,
            peer: peer,
            route,
            receivedMilliseconds: receivedMilliseconds ?? 0,
            context
        )
        self = Self.forecast(examination, receivedMilliseconds, policy)
    }

    /// Row 6 precedes what is wrong with the body, but not what is wrong with the headers.
    private static func forecast(
        _ examination: CallbackExamination,
        _ receivedMilliseconds: Int64?,
        _ policy: LedgerPolicy
    ) -> CallbackForecast {
        switch examination {
        case .refused(let response): return .refused(response, isAuthentic: false)
        case .authentic(let delivery, let problem):
            let isStale = policy.isStale(delivery.signedMilliseconds, receivedMilliseconds)
            let isAboutBody = delivery.content.defect.map { $0.failure == .body } ?? true
            if isStale, isAboutBody {
                if policy.staleTimestamp == .confirm { return .undecided }
                return .refused(NotifyResponse.stale, isAuthentic: true)
            }
            return problem.map { .refused($0, isAuthentic: true) } ?? .undecided
        }
    }
}
