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
    ///
    /// - Returns: the result, and the record of the call for the journal.
    package func generate(_ intent: GenerateIntent) async -> (GenerationResult, GatewayCall) {
        let (reply, call) = await call(
            .generate,
            about: intent.partnerReferenceNo,
            body: intent.body
        )
        return (GenerationResult(reply, for: intent), call)
    }

    /// Queries the status of a payment.
    ///
    /// - Parameter needsFreshConnection: whether to open a new connection instead of reusing an
    ///   idle one.
    /// - Returns: the outcome, and the record of the call for the journal.
    package func query(
        _ partnerReferenceNo: Reference,
        needsFreshConnection: Bool = false
    ) async -> (QueryOutcome, GatewayCall) {
        let request = QueryRequest(
            merchantID: settings.merchantID,
            originalPartnerReferenceNo: partnerReferenceNo
        )
        let (reply, call) = await call(
            .query,
            about: partnerReferenceNo,
            body: request.body,
            needsFreshConnection: needsFreshConnection
        )
        return (QueryOutcome(reply, about: partnerReferenceNo), call)
    }

    private func call(
        _ endpoint: Endpoint,
        about partnerReferenceNo: Reference,
        body: [UInt8],
        needsFreshConnection: Bool = false
    ) async -> (GatewayReply, GatewayCall) {
        let started = now()
        var call = GatewayCall(
            service: endpoint.service.rawValue,
            partnerReferenceNo: partnerReferenceNo.text,
            timestamp: JakartaTime.text(milliseconds: started),
            requestBody: body,
            startedMilliseconds: started
        )
        let reply: GatewayReply
        do throws(GatewayFailure) {
            let prepared = try prepare(endpoint, &call, needsFreshConnection)
            let response = try await send(prepared)
            call.responseStatus = response.status.code
            call.responseHead = response.head
            call.responseBody = response.body
            reply = GatewayReply(response, from: endpoint.service)
        } catch {
            call.error = error.detail
            reply = .failed(error)
        }
        call.finishedMilliseconds = now()
        return (reply, call)
    }

    /// Signs and serialises a request; `call` gets the bytes that will be sent.
    private func prepare(
        _ endpoint: Endpoint,
        _ call: inout GatewayCall,
        _ needsFreshConnection: Bool
    ) throws(GatewayFailure) -> PreparedRequest {
        let signed: SignedRequest
        do throws(CryptoError) {
            signed = try SignedRequest(
                endpoint,
                body: call.requestBody,
                settings,
                needsFreshConnection: needsFreshConnection,
                timestamp: call.timestamp,
                milliseconds: call.startedMilliseconds
            )
        } catch {
            throw GatewayFailure(.notSent, "the request cannot be signed: \(error)")
        }
        call.externalID = signed.externalID
        call.signedPath = signed.signedPath
        call.signature = signed.signature
        do throws(HTTPClientError) {
            let prepared = try signed.request.prepared(for: settings.origin)
            call.requestHead = prepared.head
            return prepared
        } catch {
            throw GatewayFailure(error)
        }
    }

    private func send(
        _ prepared: PreparedRequest
    ) async throws(GatewayFailure) -> InboundResponse {
        do throws(HTTPClientError) {
            return try await client.send(prepared)
        } catch {
            throw GatewayFailure(error)
        }
    }
}
