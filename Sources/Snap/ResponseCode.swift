/// SNAP BI's `responseCode`: HTTP status (3 digits), service (2), case (2).
package struct ResponseCode: Hashable, Sendable {
    /// SNAP BI's numbers of the services that the gateway has.
    package enum Service: Int, CaseIterable, Sendable {
        case generate = 47
        case query = 51
        case notify = 56
    }

    /// The HTTP status.
    package let status: Int

    package let service: Service

    /// Distinguishes codes of one status, 0 to 99.
    package let caseNumber: Int

    /// The code of a case of a service.
    package init(_ responseCase: ResponseCase, _ service: Service) {
        status = responseCase.status
        caseNumber = responseCase.number
        self.service = service
    }

    /// Reads the seven digits of a code; nil for any other text and for other services.
    package init?(_ text: Span<UInt8>) {
        guard text.count == 7 else { return nil }
        var value = 0
        for index in text.indices {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        guard (100...599).contains(value / 10_000) else { return nil }
        guard let service = Service(rawValue: value / 100 % 100) else { return nil }
        status = value / 10_000
        self.service = service
        caseNumber = value % 100
    }
}

extension ResponseCode: CustomStringConvertible {
    /// The seven digits.
    package var description: String {
        "\(status)\(service.rawValue)\(caseNumber < 10 ? "0" : "")\(caseNumber)"
    }
}

/// The cases of SNAP responses: ASPI's table (article Protocol), and HTTP statuses that it lacks.
package enum ResponseCase: Hashable, Sendable {
    case successful
    case badRequest
    case invalidFieldFormat(String)
    case invalidMandatoryField(String)
    case unauthorized(reason: String)
    case featureNotAllowed
    case transactionNotFound
    case invalidAmount
    case inconsistentRequest
    case functionNotSupported
    case conflict
    case duplicatePartnerReferenceNo
    case tooManyRequests
    case generalError
    case internalServerError
    case timeout

    /// A status without a case in SNAP BI, such as 413: case 00 and the reason phrase of the
    /// status.
    case http(status: Int, message: String)

    /// The HTTP status.
    package var status: Int {
        switch self {
        case .successful: 200
        case .badRequest, .invalidFieldFormat, .invalidMandatoryField: 400
        case .unauthorized: 401
        case .featureNotAllowed: 403
        case .transactionNotFound, .invalidAmount, .inconsistentRequest: 404
        case .functionNotSupported: 405
        case .conflict, .duplicatePartnerReferenceNo: 409
        case .tooManyRequests: 429
        case .generalError, .internalServerError: 500
        case .timeout: 504
        case .http(let status, _): status
        }
    }

    /// The last two digits of the code.
    package var number: Int {
        switch self {
        case .invalidFieldFormat, .featureNotAllowed, .transactionNotFound: 1
        case .duplicatePartnerReferenceNo, .internalServerError: 1
        case .invalidMandatoryField: 2
        case .invalidAmount: 13
        case .inconsistentRequest: 18
        case .successful, .badRequest, .unauthorized, .functionNotSupported, .conflict: 0
        case .tooManyRequests, .generalError, .timeout, .http: 0
        }
    }

    /// The `responseMessage`, as in ASPI's table.
    package var message: String {
        switch self {
        case .successful: "Successful"
        case .badRequest: "Bad Request"
        case .invalidFieldFormat(let field): "Invalid Field Format \(field)"
        case .invalidMandatoryField(let field): "Invalid Mandatory Field \(field)"
        case .unauthorized(let reason): "Unauthorized. [\(reason)]"
        case .featureNotAllowed: "Feature Not Allowed"
        case .transactionNotFound: "Transaction Not Found"
        case .invalidAmount: "Invalid Amount"
        case .inconsistentRequest: "Inconsistent Request"
        case .functionNotSupported: "Requested Function Is Not Supported"
        case .conflict: "Conflict"
        case .duplicatePartnerReferenceNo: "Duplicate partnerReferenceNo"
        case .tooManyRequests: "Too Many Requests"
        case .generalError: "General Error"
        case .internalServerError: "Internal Server Error"
        case .timeout: "Timeout"
        case .http(_, let message): message
        }
    }
}
