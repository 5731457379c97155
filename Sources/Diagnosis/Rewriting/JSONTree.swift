import Snap
import Text

/// Rewritings of JSON that need its structure; nil for bytes that are not JSON.
enum JSONTree {
    /// Nesting up to which a text is read.
    private static let nestingMax = 32

    /// Names and values up to which a text is rewritten; a notification has fewer than 100.
    private static let tokensMax = 4_096

    /// The members of a value, to be put in another order or left out.
    typealias Members = [(name: String, value: JSONValue)]

    /// The text without white space, with the members of each object as `select` returns them; nil
    /// if nothing but white space differs.
    ///
    /// - Parameter select: takes the members of an object and the depth of the object, from 0.
    static func rendered(
        _ text: [UInt8],
        _ select: (Members, _ depth: Int) -> Members
    ) -> [UInt8]? {
        guard let document = document(text) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        append(document.root, of: text, depth: 0, select, &output)
        return output == minified(text.span) ?? text ? nil : output
    }

    private static func document(_ text: [UInt8]) -> JSONDocument? {
        let document = try? JSONDocument(text, nestingMax: nestingMax)
        return document.flatMap { $0.tokens.count <= tokensMax ? $0 : nil }
    }

    private static func append(
        _ value: JSONValue,
        of text: [UInt8],
        depth: Int,
        _ select: (Members, Int) -> Members,
        _ output: inout [UInt8]
    ) {
        switch value.kind {
        case .object:
            output.append(UInt8(ascii: "{"))
            for (index, member) in select(value.members, depth).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                appendJSONString(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                append(member.value, of: text, depth: depth + 1, select, &output)
            }
            output.append(UInt8(ascii: "}"))
        case .array:
            output.append(UInt8(ascii: "["))
            for (index, element) in value.elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                append(element, of: text, depth: depth + 1, select, &output)
            }
            output.append(UInt8(ascii: "]"))
        case .string: output += text[value.range.widened(by: 1)]
        case .number, .true, .false, .null: output += text[value.range]
        }
    }

    /// The text with some of its scalars written otherwise; everything else stays as it is.
    ///
    /// - Parameter replace: takes the name of the member that holds a string or number (empty for
    ///   an element of an array), and returns its new text with quotation marks, or nil.
    static func replacing(
        _ text: [UInt8],
        _ replace: (_ name: String, JSONValue) -> [UInt8]?
    ) -> [UInt8]? {
        guard let document = document(text) else { return nil }
        var edits: [(range: Range<Int>, new: [UInt8])] = []
        collect(document.root, name: "", replace, &edits)
        if edits.isEmpty { return nil }
        var output: [UInt8] = []
        var copied = 0
        for (range, new) in edits {
            output += text[copied..<range.lowerBound]
            output += new
            copied = range.upperBound
        }
        return output + text[copied...]
    }

    private static func collect(
        _ value: JSONValue,
        name: String,
        _ replace: (String, JSONValue) -> [UInt8]?,
        _ edits: inout [(range: Range<Int>, new: [UInt8])]
    ) {
        switch value.kind {
        case .object:
            for member in value.members {
                collect(member.value, name: member.name, replace, &edits)
            }
        case .array:
            for element in value.elements { collect(element, name: "", replace, &edits) }
        case .string, .number:
            guard let new = replace(name, value) else { return }
            edits.append((value.range.widened(by: value.kind == .string ? 1 : 0), new))
        case .true, .false, .null: return
        }
    }
}

extension Range<Int> {
    /// The range with further elements at both ends, such as the quotation marks of a string.
    fileprivate func widened(by count: Int) -> Range<Int> {
        (lowerBound - count)..<(upperBound + count)
    }
}
