import FoundationEssentials
package import HTTPCore

/// Outbound JSON.
package enum JSON {
    /// The bytes of a value whose members can all be encoded.
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding fails for numbers that JSON lacks and for keys given twice; our values hold
        // neither.
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a value of the API cannot be encoded")
        }
        return [UInt8](data)
    }

    /// A response that holds `value`. Answers of the API are of the moment: nobody may store them.
    package static func response(_ value: some Encodable, status: Status = .ok) -> Response {
        response(bytes: encode(value), status: status)
    }

    /// The same for JSON that has been written already.
    package static func response(bytes: [UInt8], status: Status = .ok) -> Response {
        var response = Response(status, body: bytes)
        response.add("Content-Type", "application/json")
        response.add("Cache-Control", "no-store")
        return response
    }
}

/// A member that is written as `null` when there is no value, instead of being left out.
@propertyWrapper
package struct Nullable<Value: Encodable>: Encodable {
    package var wrappedValue: Value?

    package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}

/// The name of a member that is chosen while writing.
package struct MemberName: CodingKey, ExpressibleByStringLiteral {
    package let stringValue: String
    package var intValue: Int? { nil }

    package init(_ name: String) { stringValue = name }
    package init(stringLiteral name: String) { stringValue = name }
    package init?(stringValue: String) { self.init(stringValue) }
    package init?(intValue: Int) { nil }
}
