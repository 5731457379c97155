import Crypto
package import HTTPClient
import HTTPCore
package import Payments
package import Snap
import Text

/// Calls the gateway: generates QR codes and queries payments (article Protocol).
package final class CashInClient: Sendable {
    private let settings: CashInSettings
    private let client: HTTPClient
    private let now: @Sendable () -> Int64

    /// - Parameter now: returns the time in milliseconds since 1970.
    package init(
        _ settings: CashInSettings,
        client: HTTPClient,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.client = client
        self.now = now
    }

    /// Requests a QR code, once; retries and queries after a failure are up to the caller.
    package func generate(_ intent: GenerateIntent) async -> (GenerateOutcome, OutboundExchange) {
        let (reply, exchange) = await call(.generate, body: intent.body)
        return (GenerateOutcome(reply, for: intent), exchange)
    }

    /// Queries the status of a payment.
    ///
    /// - Parameter needsFreshConnection: whether to open a new connection instead of reusing an
    ///   idle one.
    package func query(
        _ partnerReferenceNo: Reference,
        needsFreshConnection: Bool = false
    ) async -> (QueryOutcome, OutboundExchange) {
        let request = QueryRequest(
            merchantID: settings.merchantID,
            originalPartnerReferenceNo: partnerReferenceNo
        )
        let (reply, exchange) = await call(
            .query,
            body: request.body,
            needsFreshConnection: needsFreshConnection
        )
        return (QueryOutcome(reply, about: partnerReferenceNo), exchange)
    }

    private func call(
        _ endpoint: Endpoint,
        body: [UInt8],
        needsFreshConnection: Bool = false
    ) async -> (GatewayReply, OutboundExchange) {
        let started = now()
        let signed: SignedRequest
        do throws(CryptoError) {
            signed = try SignedRequest(
                endpoint,
                body: body,
                settings,
                needsFreshConnection: needsFreshConnection,
                milliseconds: started
            )
        } catch {
            let failure = OutboundFailure(.notSent, "the request cannot be signed: \(error)")
            return (.failed(failure), .unsigned(endpoint, body, settings, failure, started))
        }
        var exchange = signed.exchange
        do throws(HTTPClientError) {
            exchange.requestHead = try signed.request.headBytes(for: settings.origin)
            let response = try await client.send(signed.request, to: settings.origin)
            exchange.finishedMilliseconds = now()
            exchange.responseStatus = response.status.code
            exchange.responseHead = response.head
            exchange.responseBody = response.body
            return (GatewayReply(response, from: endpoint.service), exchange)
        } catch {
            let failure = OutboundFailure(error)
            exchange.finishedMilliseconds = now()
            exchange.error = failure.detail
            return (.failed(failure), exchange)
        }
    }
}

extension OutboundExchange {
    /// The record of a call that failed before a request could be signed.
    fileprivate static func unsigned(
        _ endpoint: Endpoint,
        _ body: [UInt8],
        _ settings: CashInSettings,
        _ failure: OutboundFailure,
        _ milliseconds: Int64
    ) -> OutboundExchange {
        OutboundExchange(
            externalID: "",
            timestamp: JakartaTime.text(milliseconds: milliseconds),
            requestTarget: settings.basePath + endpoint.path,
            requestBody: body,
            error: failure.detail,
            startedMilliseconds: milliseconds,
            finishedMilliseconds: milliseconds
        )
    }
}
