import Compression
import Text

extension BodyRewriting {
    /// Compression, and what stands around the notification.
    static let containers: [BodyRewriting] = [
        BodyRewriting(
            .container,
            .compression,
            "the body is signed before it is compressed (gzip or zlib)"
        ) { ContentCoding($0) == nil ? nil : inflated($0, .headed) },
        BodyRewriting(
            .container,
            .compression,
            "the body is signed before it is compressed (deflate without a header)"
        ) { looksLikeText($0) ? nil : inflated($0, .raw) },
        BodyRewriting(
            .container,
            .wrapper,
            "the only element of the array is signed, not the array"
        ) { body in
            guard let root = root(body, .array), root.elements.count == 1 else { return nil }
            return root.elements.first.map { Array(body[$0.range]) }
        },
        BodyRewriting(
            .container,
            .wrapper,
            "the content of the JSON string is signed, not the string"
        ) { body in root(body, .string)?.string.map { Array($0.utf8) } },
        BodyRewriting(.container, .wrapper, "the body is signed as one JSON string") { body in
            guard let text = String(validating: body, as: UTF8.self) else { return nil }
            var output: [UInt8] = []
            appendJSONString(text, to: &output)
            return output
        },
        BodyRewriting(.container, .wrapper, "the value of the form field is signed") {
            formValue($0)
        },
        BodyRewriting(.container, .wrapper, "the only member of the outer object is signed") {
            body in
            guard let members = root(body, .object)?.members, members.count == 1,
                members.first?.value.kind == .object
            else { return nil }
            return members.first.map { Array(body[$0.value.range]) }
        },
    ]

    /// The outermost value if it is of a kind.
    private static func root(_ body: [UInt8], _ kind: JSONKind) -> JSONValue? {
        guard let root = (try? JSONDocument(body))?.root, root.kind == kind else { return nil }
        return root
    }

    /// Whether a body begins as a text, so that it is not compressed.
    private static func looksLikeText(_ body: [UInt8]) -> Bool {
        body.first.map { (0x20...0x7E).contains($0) || isJSONBlank($0) } ?? true
    }

    /// The decompressed body; nil if it is no such stream, or zlib is not installed.
    private static func inflated(
        _ body: [UInt8],
        _ container: Inflater.Container
    ) -> [UInt8]? {
        Inflater()?.inflated(body, container, bytesMax: bytesMax)
    }

    /// The decoded value of `name=value`; nil for anything else.
    private static func formValue(_ body: [UInt8]) -> [UInt8]? {
        let name = body.prefix { $0 != UInt8(ascii: "=") }
        guard !name.isEmpty, name.count < body.count, name.count <= 64,
            name.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "\"") })
        else { return nil }
        let value = body.dropFirst(name.count + 1).map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
        return percentDecoded(value)
    }
}

/// The bytes with percent escapes decoded; invalid ones stay unchanged.
func percentDecoded(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var rest = text[...]
    while let byte = rest.popFirst() {
        let digits = rest.prefix(2)
        if byte == UInt8(ascii: "%"), digits.count == 2,
            let high = hexValue(digits[digits.startIndex]),
            let low = hexValue(digits[digits.startIndex + 1])
        {
            output.append(high << 4 | low)
            rest = rest.dropFirst(2)
        } else {
            output.append(byte)
        }
    }
    return output
}
