import Text

/// How a JSON library writes a value: white space, the order of members, and literals.
struct JSONStyle {
    /// The members of one object.
    typealias Members = [(name: String, value: JSONValue)]

    /// The white space of one level; nil if everything stands on one line.
    private let indent: String?
    private let comma: String
    private let colon: String
    private let select: (Members) -> Members
    private let scalar: (_ name: String, JSONValue) -> String?

    /// - Parameters:
    ///   - select: returns the members of an object in the order in which they are written.
    ///   - scalar: takes the name of the member that has a string or number, and returns the
    ///     literal to write; nil to keep it.
    init(
        indent: String? = nil,
        comma: String = ",",
        colon: String = ":",
        members select: @escaping (Members) -> Members = { $0 },
        scalar: @escaping (_ name: String, JSONValue) -> String? = { _, _ in nil }
    ) {
        self.indent = indent
        self.comma = comma
        self.colon = colon
        self.scalar = scalar
        self.select = select
    }

    /// The body in this style; nil if it is not JSON.
    func applied(to body: [UInt8]) -> [UInt8]? {
        guard let document = try? JSONDocument(body) else { return nil }
        return Array(text(of: document.root, name: "", depth: 0).utf8)
    }

    private func text(of value: JSONValue, name: String, depth: Int) -> String {
        switch value.kind {
        case .object:
            list("{", "}", depth) {
                select(value.members).map { member in
                    let text = text(of: member.value, name: member.name, depth: depth + 1)
                    return "\"\(member.name)\"\(colon)\(text)"
                }
            }
        case .array:
            list("[", "]", depth) {
                value.elements.map { text(of: $0, name: "", depth: depth + 1) }
            }
        case .string: scalar(name, value) ?? "\"\(value.literal)\""
        case .number: scalar(name, value) ?? value.literal
        case .true, .false, .null: value.literal
        }
    }

    /// The texts between two brackets, each on a line of its own if there is an indentation.
    private func list(
        _ open: String,
        _ close: String,
        _ depth: Int,
        _ texts: () -> [String]
    )
        -> String
    {
        let texts = texts()
        guard let indent, !texts.isEmpty else {
            return open + texts.joined(separator: comma) + close
        }
        let outer = "\n" + String(repeating: indent, count: depth)
        return open + outer + indent + texts.joined(separator: comma + outer + indent) + outer
            + close
    }
}

/// The characters that a JSON library writes as `\uXXXX`, and a slash as `\/`.
struct EscapedCharacters {
    private let characters: String.UnicodeScalarView
    private let isBeyondASCII: Bool
    private let isUppercase: Bool

    /// - Parameters:
    ///   - characters: of ASCII; none may occur outside the strings of a callback.
    ///   - isBeyondASCII: whether all characters beyond ASCII are escaped too.
    ///   - isUppercase: the case of the hexadecimal digits.
    init(_ characters: String, isBeyondASCII: Bool, isUppercase: Bool) {
        self.characters = characters.unicodeScalars
        self.isBeyondASCII = isBeyondASCII
        self.isUppercase = isUppercase
    }

    func applied(to body: [UInt8]) -> [UInt8] {
        String(decoding: body, as: UTF8.self).unicodeScalars.flatMap { Array(text(of: $0).utf8) }
    }

    private func text(of scalar: Unicode.Scalar) -> String {
        guard scalar.isASCII ? characters.contains(scalar) : isBeyondASCII else {
            return String(scalar)
        }
        if scalar == "/" { return "\\/" }
        return scalar.utf16.map { unit in
            let digits = String(unit, radix: 16, uppercase: isUppercase)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}

/// The notation of Java's `Double.toString`: `10000.0`, and `1.0E7` from ten million on.
enum JavaDouble {
    /// The literal of an amount in this notation, in quotation marks if it is a string; nil for
    /// other members.
    static func literal(_ name: String, _ value: JSONValue) -> String? {
        guard name == "value" else { return nil }
        let text = text(of: value.literal)
        return value.kind == .string ? "\"\(text)\"" : text
    }

    private static func text(of decimal: String) -> String {
        let parts = decimal.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return decimal }
        let fraction = parts.count > 1 ? parts[1] : ""
        if whole.count <= 7 { return "\(whole).\(shortened(fraction))" }
        return "\(whole.prefix(1)).\(shortened(whole.dropFirst() + fraction))E\(whole.count - 1)"
    }

    /// The digits without trailing zeros, but at least one.
    private static func shortened(_ digits: Substring) -> Substring {
        var digits = digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return digits.isEmpty ? "0" : digits
    }
}
