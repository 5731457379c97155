import HTTPServer
import Logging
import Payments
import Snap
import Text

// The services that the merchant calls.
extension Gateway {
    /// Handles a generate or query request, with the checks that the gateway's documentation lists.
    ///
    /// Checks header fields, signature, X-TIMESTAMP, X-EXTERNAL-ID and body, in this order; the
    /// first failure decides the response.
    func serve(_ service: ResponseCode.Service, _ request: Request) async -> GatewayResponse {
        let processed = await process(service, request)
        guard case .response(let response) = processed else { return processed }
        if plan.replyShape == .silent { return .silence }
        return .response(plan.replyShape.applied(to: response))
    }

    private func process(
        _ service: ResponseCode.Service,
        _ request: Request
    ) async -> GatewayResponse {
        let name = service == .generate ? "generate" : "query"
        do throws(RequestRefusal) {
            let header = try MerchantHeader(
                request.head,
                body: request.body,
                path: settings.signaturePathPrefix + GatewayRoute.path(of: service)
            )
            log.info("request") {
                $0.add("service", name)
                $0.add("externalId", header.externalID)
                $0.add("stringToSign", bytes: header.stringToSign[...])
            }
            try admit(header)
            let body = try RequestBody(request.body)
            return service == .generate
                ? await generate(try intent(in: body), header) : try query(body)
        } catch {
            log.info("refused") {
                $0.add("service", name)
                $0.add("reason", error.responseCase.message)
            }
            return GatewayResponse(error.responseCase, service)
        }
    }

    /// Checks the signature, the age of X-TIMESTAMP, and that X-EXTERNAL-ID is new today.
    private func admit(_ header: MerchantHeader) throws(RequestRefusal) {
        guard header.isAuthentic(for: settings) else {
            throw RequestRefusal(.unauthorized(reason: "Signature"))
        }
        let difference = (header.instant.milliseconds - now()).magnitude
        guard difference <= UInt64(settings.timestampToleranceSeconds) * 1000 else {
            throw RequestRefusal(.unauthorized(reason: "Timestamp"))
        }
        guard isNew(externalID: header.externalID) else { throw RequestRefusal(.conflict) }
    }

    /// Reads the body of a generate request.
    ///
    /// - Throws: the response code of the first invalid field, or of a used partnerReferenceNo.
    private func intent(in body: RequestBody) throws(RequestRefusal) -> GenerateIntent {
        let reference = try body.reference("partnerReferenceNo", bytesMax: 25)
        let validity = try body.time("validityPeriod")
        let amount = try body.amount("amount")
        let fee = try body.amount("feeAmount")
        guard validity.instant.milliseconds > now() else {
            throw RequestRefusal(.invalidFieldFormat("validityPeriod"))
        }
        guard amount.sen > 0 else { throw RequestRefusal(.invalidFieldFormat("amount.value")) }
        guard payment(reference) == nil else { throw RequestRefusal(.duplicatePartnerReferenceNo) }
        return GenerateIntent(
            partnerReferenceNo: reference,
            validityPeriod: validity.text,
            amount: amount,
            feeAmount: fee
        )
    }

    /// Creates the payment, then responds as the fault plan prescribes.
    private func generate(
        _ intent: GenerateIntent,
        _ header: MerchantHeader
    ) async -> GatewayResponse {
        if plan.generateResponse == .refuse, drawsFault() {
            return GatewayResponse(.internalServerError, .generate)
        }
        let validUntil = Timestamp(jakarta: intent.validityPeriod)?.milliseconds ?? now()
        guard
            let payment = make(intent, externalID: header.externalID, validUntil: validUntil)
        else { return GatewayResponse(.tooManyRequests, .generate) }
        await pause(milliseconds: payment.plan.generateDelayMilliseconds)
        switch payment.plan.generateResponse {
        case .disconnect: return .disconnect
        case .error: return GatewayResponse(.internalServerError, .generate)
        case .usual, .refuse:
            return .successful(.generate) {
                $0.add("partnerReferenceNo", payment.partnerReferenceNo.text)
                $0.add("referenceNo", payment.referenceNo.text)
                $0.add("qrContent", payment.qrContent)
            }
        }
    }

    /// Responds to a query; a pending payment after its validity is cancelled first.
    private func query(_ body: RequestBody) throws(RequestRefusal) -> GatewayResponse {
        let merchantID = try body.text("merchantId", bytesMax: 64)
        let reference = try body.reference("originalPartnerReferenceNo", bytesMax: 64)
        guard try body.text("serviceCode", bytesMax: 2) == "47" else {
            throw RequestRefusal(.invalidFieldFormat("serviceCode"))
        }
        // A payment of another merchant is reported as unknown.
        guard merchantID == settings.merchantID, payment(reference) != nil else {
            guard plan.notFoundForm == .status else { throw RequestRefusal(.transactionNotFound) }
            return .successful(.query) {
                $0.add("originalPartnerReferenceNo", reference.text)
                $0.add("latestTransactionStatus", LatestTransactionStatus.notFound.code)
                $0.add("latestTransactionDesc", LatestTransactionStatus.notFound.words)
            }
        }
        let now = now()
        update(reference) { $0.expire(at: now) }
        guard let payment = payment(reference) else { throw RequestRefusal(.transactionNotFound) }
        if payment.plan.queryResponse == .refuse {
            throw RequestRefusal(.invalidFieldFormat("originalPartnerReferenceNo"))
        }
        return response(about: payment)
    }

    /// The response in the form of the documentation's sample (article Gateway).
    ///
    /// `serviceCode` has a trailing blank, and the amount is a number.
    private func response(about payment: SimulatedPayment) -> GatewayResponse {
        var amount = JSONObjectText()
        amount.add("value", literal: payment.amount.description)
        amount.add("currency", "IDR")
        let paid = payment.status == .success ? payment.finishedMilliseconds : nil
        return .successful(.query) {
            $0.add("originalPartnerReferenceNo", payment.partnerReferenceNo.text)
            $0.add("originalReferenceNo", payment.referenceNo.text)
            $0.add("serviceCode", "47 ")
            if payment.plan.queryResponse == .unreadable {
                $0.add("latestTransactionStatus", literal: "0")
            } else {
                $0.add("latestTransactionStatus", payment.status.code)
            }
            $0.add("latestTransactionDesc", payment.status.words)
            $0.add("paidTime", paid.map { JakartaTime.text(milliseconds: $0) } ?? "")
            $0.add("amount", amount)
        }
    }

    /// Waits; returns early if the task is cancelled.
    func pause(milliseconds: Int) async {
        guard milliseconds > 0 else { return }
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }
}
