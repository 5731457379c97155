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
        if disk.isLow {
            throw Problem(
                .diskLow,
                "\(disk.freeBytes ?? 0) bytes are free on the disk of the database, and "
                    + "storage.minimumFreeBytes is \(disk.minimumBytes): nothing is generated."
            )
        }
        let outcome = await services.outbound.generator.generate(wanted)
        let reference = wanted.partnerReferenceNo
        let isNew = outcome.isGenerated
        guard isNew || outcome == .stored else { throw problem(outcome, reference) }
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.transaction(reference)
        }
        guard let record else {
            throw Problem(.internalError, "The payment was generated, but cannot be found.")
        }
        var response = JSON.response(
            TransactionRepresentation(
                record,
                nowMilliseconds: SystemClock.realtimeMilliseconds()
            ),
            status: isNew ? .created : .ok
        )
        // The characters of the reference need no escape in a path.
        response.add("Location", "/v1/transactions/\(reference)")
        return response
    }

    private static func problem(
        _ outcome: QRGenerator.Outcome,
        _ reference: Reference
    ) -> Problem {
        switch outcome {
        case .called(let result): problem(result, reference)
        case .stored, .receiveOnly: .receiveOnly
        case .storeFailed(let error):
            Problem(.storeUnavailable, "The database could not be written: \(error.message).")
        case .unanswered(let failure):
            Problem(
                failure,
                .unanswered(failure),
                "The gateway may have \(reference) from an earlier call, and did not say whether: "
                    + "\(failure)."
            )
        case .refused(let refusal): problem(refusal, reference)
        }
    }

    private static func problem(
        _ result: GenerationResult,
        _ reference: Reference
    ) -> Problem {
        switch result {
        case .accepted: preconditionFailure("an accepted payment is no problem")
        case .codeRefused(_, let problem):
            Problem(
                .qrRefused,
                "The gateway took the payment \(reference), but its code must not be shown: "
                    + "\(problem). Take a new reference; this one is followed."
            )
        case .notAccepted(let failure):
            Problem(
                failure,
                failure.kind == .notSent ? .gatewayUnreachable : .gatewayRefused,
                "Nothing was generated: \(failure). A repeat is a new attempt."
            )
        case .unknown(let failure):
            Problem(
                failure,
                failure.kind == .timeout ? .gatewayTimeout : .gatewayError,
                "It is not known whether the gateway took the payment: \(failure). It is asked "
                    + "about; a repeat asks first and never generates twice."
            )
        }
    }

    private static func problem(
        _ refusal: GenerationStart.Refusal,
        _ reference: Reference
    ) -> Problem {
        switch refusal {
        case .otherContent:
            Problem(
                .referenceInUse,
                "\(reference) was generated with another amount, fee or validity.",
                field: "partnerReferenceNo"
            )
        case .heardOfOtherwise:
            Problem(
                .referenceInUse,
                "\(reference) is the reference of a payment that was not generated here.",
                field: "partnerReferenceNo"
            )
        case .codeLost:
            Problem(
                .qrLost,
                "The gateway has the payment \(reference), but its code is lost. Take a new "
                    + "reference; this one is followed.",
                field: "partnerReferenceNo"
            )
        case .validityOver:
            APIMembers.invalid("validityPeriod", expected: "a time in the future")
        }
    }
}

extension Problem {
    /// The receiver only receives.
    static let receiveOnly = Problem(
        .receiveOnly,
        "cashIn.privateKeyFile and cashIn.merchantId are needed for it."
    )

    /// A call of the gateway failed, with what the gateway said, where it said something.
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

    /// Reads the members of a request; throws for the first that is missing or wrong.
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
            // What is sent has no fraction.
            expiresMilliseconds: expires / 1_000 * 1_000
        )
    }
}

extension APIMembers {
    /// A merchant's number for a new payment: `[A-Za-z0-9._-]{1,25}`.
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

    /// How long the code is to be payable: one of two members, or none.
    fileprivate func validity() throws(Problem) -> Validity {
        let seconds = try integer(
            "validitySeconds",
            in: 1...APILimits.validitySecondsMax
        )
        guard let period = self["validityPeriod"] else {
            return seconds.map { .seconds($0) } ?? .standard
        }
        if seconds != nil {
            throw Self.invalid("validityPeriod", expected: "absent beside validitySeconds")
        }
        guard let text = period.string,
            let time = Timestamp(rfc3339: Array(text.utf8).span)
        else { throw Self.invalid("validityPeriod", expected: "an RFC 3339 time") }
        return .until(time.milliseconds)
    }
}
