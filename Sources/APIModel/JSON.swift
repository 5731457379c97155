import FoundationEssentials
package import HTTPCore

/// Encodes the JSON of responses.
package enum JSON {
    /// Encodes a value; its members are sorted by name.
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding fails only for numbers that are not finite, and the API has none.
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a value of the API cannot be encoded")
        }
        return [UInt8](data)
    }

    /// A response with the JSON of `value`, which caches must not store.
    package static func response(_ value: some Encodable, status: Status = .ok) -> Response {
        response(bytes: encode(value), status: status)
    }

    /// A response with JSON that is already encoded, which caches must not store.
    package static func response(bytes: [UInt8], status: Status = .ok) -> Response {
        var response = Response(status, body: bytes)
        response.add("Content-Type", "application/json")
        response.add("Cache-Control", "no-store")
        return response
    }
}

/// A member that is encoded as `null` if it has no value, instead of being omitted.
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

/// The name of a member that is determined at run time.
package struct MemberName: CodingKey, ExpressibleByStringLiteral {
    package let stringValue: String
    package var intValue: Int? { nil }

    package init(_ name: String) { stringValue = name }
    package init(stringLiteral name: String) { stringValue = name }
    package init?(stringValue: String) { self.init(stringValue) }
    package init?(intValue: Int) { nil }
}
