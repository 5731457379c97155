import Payments
package import Text

/// The gateway's response to a request, as far as all services have it in common: JSON with a code
/// and a message.
///
/// It is read leniently (article Protocol): a byte order mark before the JSON and blanks around the
/// text of a string are skipped, and codes and references may be numbers.
package struct ServiceResponse: Sendable {
    /// Decides the outcome; the message never does.
    package let code: ResponseCode

    /// The gateway's text, cut to ``messageCharactersMax``; empty when there is none.
    package let message: String

    /// The length of a message that SNAP BI allows.
    package static let messageCharactersMax = 150

    private let root: JSONValue

    /// Reads the body of a response.
    package init(_ body: [UInt8]) throws(ServiceResponseError) {
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

    /// RFC 8259 section 8.1 allows a parser to ignore the mark, which .NET services send.
    private static func withoutByteOrderMark(_ body: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return body.starts(with: mark) ? Array(body.dropFirst(mark.count)) : body
    }

    /// The text of a string, without surrounding blanks; nil when it is missing, null or blank.
    func text(_ name: String) throws(ServiceResponseError) -> String? {
        guard let value = root[name], value.kind != .null else { return nil }
        guard value.kind == .string else { throw .member(name) }
        return value.textOrNumber
    }

    /// The text of a string, without surrounding blanks, or a number as written; nil for anything
    /// else, and when it is blank.
    func literal(_ name: String) -> String? { root[name]?.textOrNumber }

    /// A payment's number, as a string or a number; nil when it is missing, null or blank.
    func reference(_ name: String) throws(ServiceResponseError) -> Reference? {
        let isNumber = root[name]?.kind == .number
        guard let text = try isNumber ? literal(name) : text(name) else { return nil }
        guard let reference = Reference(text) else { throw .member(name) }
        return reference
    }

    /// An amount in rupiah, whose value is a string or a number; nil when it is missing or null.
    func amount(_ name: String) throws(ServiceResponseError) -> ReportedAmount? {
        guard let object = root[name], object.kind != .null else { return nil }
        guard object["currency"]?.textOrNumber == "IDR", let value = object["value"],
            let amount = ReportedAmount(value)
        else { throw .member(name) }
        return amount
    }
}

extension ReportedAmount {
    /// An amount in any form that the gateway writes; nil for anything else.
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
    /// The text of a string, without surrounding blanks, or the literal of a number; nil for any
    /// other kind, and when it is blank.
    fileprivate var textOrNumber: String? {
        if kind == .number { return literal }
        guard let text = string?.utf8.drop(while: isJSONBlank),
            let end = text.lastIndex(where: { !isJSONBlank($0) })
        else { return nil }
        return String(Substring(text[...end]))
    }
}

/// Why the gateway's response cannot be read; never contains the response.
package enum ServiceResponseError: Error, Equatable, Sendable {
    case json(JSONError)
    case notAnObject

    /// This member is missing or malformed.
    case member(String)
}

extension ServiceResponseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): error.description
        case .notAnObject: "JSON, but not an object"
        case .member(let name): "\(name) is missing or malformed"
        }
    }
}
