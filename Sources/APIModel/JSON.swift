import FoundationEssentials
package import HTTPCore
import Snap
import Text

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

/// A JSON value built in code. Objects preserve the order of their members.
package indirect enum JSONTree: Sendable {
    package typealias Member = (name: String, value: JSONTree)

    case null
    case flag(Bool)
    case number(Int64)
    case text(String)
    case list([JSONTree])
    case object([Member])

    /// JSON text that is inserted unchanged; the caller ensures that it is valid.
    case verbatim(String)

    /// The value as JSON without white space.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        append(to: &output)
        return output
    }

    private func append(to output: inout [UInt8]) {
        switch self {
        case .null: output += Array("null".utf8)
        case .flag(let flag): output += Array((flag ? "true" : "false").utf8)
        case .number(let number): output += Array(String(number).utf8)
        case .text(let text): appendJSONString(text, to: &output)
        case .verbatim(let json): output += Array(json.utf8)
        case .list(let elements):
            Self.append("[", elements, "]", to: &output) { $0.append(to: &$1) }
        case .object(let members):
            Self.append("{", members, "}", to: &output) { member, output in
                appendJSONString(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.append(to: &output)
            }
        }
    }

    private static func append<Part>(
        _ start: Unicode.Scalar,
        _ parts: [Part],
        _ end: Unicode.Scalar,
        to output: inout [UInt8],
        each: (Part, inout [UInt8]) -> Void
    ) {
        output.append(UInt8(ascii: start))
        for (index, part) in parts.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            each(part, &output)
        }
        output.append(UInt8(ascii: end))
    }
}

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension JSONTree: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSONTree...) { self = .list(elements) }
    package init(dictionaryLiteral members: (String, JSONTree)...) {
        self = .object(members.map { (name: $0.0, value: $0.1) })
    }
}

extension JSONTree {
    /// A list of strings.
    static func words(_ words: [String]) -> JSONTree { .list(words.map { .text($0) }) }
}
