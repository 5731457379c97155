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
