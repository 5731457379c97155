import Payments
package import Text

/// The gateway's answer to a request of ours, as far as every service answers alike: JSON with a
/// code and a message.
///
/// Read generously (contract section 6): a byte order mark may stand before the JSON, blanks around
/// the text of a string, and a number in place of the string of a code or reference.
package struct ServiceAnswer: Sendable {
    /// What decides; the message never does.
    package let code: ResponseCode

    /// The gateway's words, cut to ``messageCharactersMax``; empty when there are none.
    package let message: String

    /// As long as SNAP BI lets a message be.
    package static let messageCharactersMax = 150

    private let root: JSONValue

    /// Reads the body of an answer.
    package init(_ body: [UInt8]) throws(ServiceAnswerError) {
        do throws(JSONError) {
            root = try JSONDocument(Self.withoutByteOrderMark(body)).root
        } catch {
            throw .json(error)
        }
        guard root.kind == .object else { throw .notAnObject }
        guard let text = root["responseCode"]?.textOrNumber,
            let code = ResponseCode(text.utf8.span)
        else { throw .member("responseCode") }
        self.code = code
        let message = root["responseMessage"]?.string ?? ""
        self.message = String(
            String.UnicodeScalarView(message.unicodeScalars.prefix(Self.messageCharactersMax))
        )
    }

    /// RFC 8259 section 8.1 lets a parser ignore the mark, and .NET services send it.
    private static func withoutByteOrderMark(_ body: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return body.starts(with: mark) ? Array(body.dropFirst(mark.count)) : body
    }

    /// The text of a string, without blanks around it; nil when it is missing, null or blank.
    func text(_ name: String) throws(ServiceAnswerError) -> String? {
        guard let value = root[name], value.kind != .null else { return nil }
        guard value.kind == .string else { throw .member(name) }
        return value.textOrNumber
    }

    /// The text of a string, without blanks around it, or a number as it stands there; nil for all
    /// else, and when it is blank.
    func literal(_ name: String) -> String? { root[name]?.textOrNumber }

    /// A payment's number, as a string or a number; nil when it is missing, null or blank.
    func reference(_ name: String) throws(ServiceAnswerError) -> Reference? {
        let isNumber = root[name]?.kind == .number
        guard let text = try isNumber ? literal(name) : text(name) else { return nil }
        guard let reference = Reference(text) else { throw .member(name) }
        return reference
    }

    /// An amount of rupiah, its value a string or a number; nil when it is missing or null.
    func amount(_ name: String) throws(ServiceAnswerError) -> ReportedAmount? {
        guard let object = root[name], object.kind != .null else { return nil }
        guard object["currency"]?.textOrNumber == "IDR", let value = object["value"],
            let amount = ReportedAmount(value)
        else { throw .member(name) }
        return amount
    }
}

extension ReportedAmount {
    /// An amount as the gateway writes it in one place or another; nil for all else.
    fileprivate init?(_ value: JSONValue) {
        guard let literal = value.textOrNumber?.utf8 else { return nil }
        if value.kind == .number {
            self.init(number: literal.span)
        } else {
            self.init(text: literal.span)
        }
    }
}

extension JSONValue {
    /// The text of a string, without the blanks around it, or the literal of a number; nil for
    /// every other kind, and when it is blank.
    fileprivate var textOrNumber: String? {
        if kind == .number { return literal }
        guard let text = string?.utf8.drop(while: isJSONBlank),
            let end = text.lastIndex(where: { !isJSONBlank($0) })
        else { return nil }
        return String(Substring(text[...end]))
    }
}

/// Why the gateway's answer cannot be read. Never says what stood there.
package enum ServiceAnswerError: Error, Equatable, Sendable {
    case json(JSONError)
    case notAnObject

    /// This member is missing or malformed.
    case member(String)
}

extension ServiceAnswerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): error.description
        case .notAnObject: "JSON, but not an object"
        case .member(let name): "\(name) is missing or malformed"
        }
    }
}
