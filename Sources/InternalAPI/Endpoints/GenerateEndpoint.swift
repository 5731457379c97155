import APIModel
import CashIn
import HTTPCore
import Ledger
import Maintenance
import Outbound
import Payments
import Snap
import System
import Store
import Text

/// `POST /admin/qr/generate`: a new payment with its QR code.
enum GenerateEndpoint {
    /// Generates the payment, or returns the stored one of an earlier request with the same
    /// content.
    ///
    /// 201 for a new payment, 200 for a stored one. The gateway call continues if the client
    /// disconnects. Nothing is generated while the disk is low, so that the rest of the disk is
    /// left to callbacks.
    static func generate(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let wanted = try GenerationRequest(
            request,
            defaultValiditySeconds: services.outbound.defaultValiditySeconds,
            nowMilliseconds: SystemClock.realtimeMilliseconds()
        )
        let disk = services.disk.current
        if disk.stopsGenerating {
            throw Problem(
                .diskLow,
                "Nothing is generated: the disk of the database has \(disk.freeBytes ?? 0) free "
                    + "bytes, less than storage.minimumFreeBytes (\(disk.minimumBytes))."
            )
        }
        let outcome = await services.outbound.generator.generate(wanted)
        let reference = wanted.partnerReferenceNo
        if let problem = problem(outcome, reference) { throw problem }
        let isNew = outcome.isGenerated
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.transaction(reference)
        }
        guard let record else {
            throw Problem(.internalError, "The payment was generated, but it cannot be read.")
        }
        var response = JSON.response(
            TransactionRepresentation(
                record,
                nowMilliseconds: SystemClock.realtimeMilliseconds()
            ),
            status: isNew ? .created : .ok
        )
        // A generated reference has no characters that need escaping in a path.
        response.add("Location", "/v1/transactions/\(reference)")
        return response
    }

    /// The problem of a request that has no code to show; nil when it has one.
    private static func problem(
        _ outcome: QRGenerator.Outcome,
        _ reference: Reference
    ) -> Problem? {
        switch outcome {
        case .called(let result): problem(result, reference)
        case .stored: nil
        case .receiveOnly: .receiveOnly
        case .storeFailed(let error):
            Problem(.storeUnavailable, "The database could not be written: \(error.message).")
        case .unanswered(let failure):
            Problem(
                failure,
                .unanswered(failure),
                "The outcome of an earlier call for \(reference) is unknown, and the query about "
                    + "it failed: \(failure)."
            )
        case .refused(let refusal): problem(refusal, reference)
        }
    }

    /// The problem of a gateway call without a payable QR code.
    private static func problem(
        _ result: GenerationResult,
        _ reference: Reference
    ) -> Problem? {
        switch result {
        case .accepted: nil
        case .codeRefused(_, let problem):
            Problem(
                .qrRefused,
                "The QR payload failed validation: \(problem). Retry under a new "
                    + "partnerReferenceNo; \(reference) stays under reconciliation."
            )
        case .notAccepted(let failure):
            Problem(
                failure,
                failure.kind == .notSent ? .gatewayUnreachable : .gatewayRefused,
                "Nothing was generated: \(failure). A repeated request is a new attempt."
            )
        case .unknown(let failure):
            Problem(
                failure,
                failure.kind == .timeout ? .gatewayTimeout : .gatewayError,
                "It is unknown whether the gateway has the payment: \(failure). The gateway is "
                    + "queried; a repeated request queries first and never generates twice."
            )
        }
    }

    /// The problem of a reference that cannot be generated.
    private static func problem(
        _ refusal: GenerationStart.Refusal,
        _ reference: Reference
    ) -> Problem {
        switch refusal {
        case .otherContent:
            Problem(
                .referenceInUse,
                "\(reference) was generated with a different amount, fee or validity.",
                field: "partnerReferenceNo"
            )
        case .createdOtherwise:
            Problem(
                .referenceInUse,
                "\(reference) belongs to a payment that was not generated here.",
                field: "partnerReferenceNo"
            )
        case .codeMissing:
            Problem(
                .qrLost,
                "The gateway has the payment \(reference), but its QR code was not received. "
                    + "Retry under a new partnerReferenceNo; \(reference) stays under "
                    + "reconciliation.",
                field: "partnerReferenceNo"
            )
        case .validityOver:
            APIMembers.invalid("validityPeriod", expected: "a time in the future")
        }
    }
}

extension Problem {
    /// The problem of a gateway call in a receive-only configuration.
    static let receiveOnly = Problem(
        .receiveOnly,
        "Gateway calls require cashIn.privateKeyFile and cashIn.merchantId."
    )

    /// The problem of a failed gateway call, with the gateway's response code and message if it
    /// sent them.
    init(_ failure: GatewayFailure, _ kind: Kind, _ detail: String) {
        self.init(kind, detail)
        responseCode = failure.responseCode
        responseMessage = failure.responseMessage
    }
}

extension GenerationRequest {
    private static let names = [
        "partnerReferenceNo", "amount", "feeAmount", "validityPeriod", "validitySeconds",
    ]

    /// Reads the members of a request; throws for the first that is missing or invalid.
    ///
    /// - Parameters:
    ///   - defaultValiditySeconds: the validity if the request states none.
    ///   - now: the start of a validity in seconds, in milliseconds since the epoch.
    init(
        _ request: APIRequest,
        defaultValiditySeconds: Int,
        nowMilliseconds now: Int64
    ) throws(Problem) {
        let members = try APIMembers(request, allow: Self.names)
        let reference = try members.generatedReference("partnerReferenceNo")
        guard let amount = try members.rupiah("amount"), amount.sen > 0 else {
            throw APIMembers.invalid("amount", expected: APIMembers.rupiahForm + ", more than 0")
        }
        let validity = try members.validity()
        let expires: Int64
        switch validity {
        case .standard: expires = now + Int64(defaultValiditySeconds) * 1_000
        case .seconds(let seconds): expires = now + seconds * 1_000
        case .until(let milliseconds): expires = milliseconds
        }
        guard let none = Amount(sen: 0) else { preconditionFailure("0 is an amount") }
        self.init(
            partnerReferenceNo: reference,
            content: GenerationContent(
                amount: amount,
                feeAmount: try members.rupiah("feeAmount") ?? none,
                validity: validity
            ),
            validityPeriod: JakartaTime.text(milliseconds: expires),
            // `validityPeriod` is sent without a fraction of a second.
            expiresMilliseconds: expires / 1_000 * 1_000
        )
    }
}

extension APIMembers {
    /// The reference for a new payment: `[A-Za-z0-9._-]{1,25}`.
    ///
    /// The gateway documents at most 25 characters (article Gateway). The allowed ones need no
    /// escaping in paths and files.
    fileprivate func generatedReference(_ name: String) throws(Problem) -> Reference {
        let isAllowed = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard let text = self[name]?.string, text.utf8.count <= 25,
            text.utf8.allSatisfy(isAllowed), let reference = Reference(text)
        else {
            throw Self.invalid(
                name,
                expected: "1 to 25 letters, digits, \".\", \"_\" or \"-\""
            )
        }
        return reference
    }

    /// The validity of the QR code: `validitySeconds`, `validityPeriod`, or the default.
    fileprivate func validity() throws(Problem) -> Validity {
        let seconds = try integer(
            "validitySeconds",
            in: 1...APILimits.validitySecondsMax
        )
        guard let period = self["validityPeriod"] else {
            return seconds.map { .seconds($0) } ?? .standard
        }
        if seconds != nil {
            throw Self.invalid("validityPeriod", expected: "absent if validitySeconds is given")
        }
        guard let text = period.string,
            let time = Timestamp(rfc3339: Array(text.utf8).span)
        else { throw Self.invalid("validityPeriod", expected: "an RFC 3339 time") }
        return .until(time.milliseconds)
    }
}
