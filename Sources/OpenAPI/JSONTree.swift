import Text

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
