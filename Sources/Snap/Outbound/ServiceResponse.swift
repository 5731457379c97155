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
        guard root.kind == .object else { throw .notAnObject(root.kind) }
        guard let value = root["responseCode"], value.kind != .null else {
            throw .missing("responseCode")
        }
        guard let text = value.textOrNumber, Self.isCode(text) else {
            throw .malformed("responseCode", expected: "seven digits that begin with 1 to 5")
        }
        guard let code = ResponseCode(text.utf8.span) else {
            throw .otherService(responseCode: text)
        }
        self.code = code
        let message = root["responseMessage"]?.string ?? ""
        self.message = String(
            String.UnicodeScalarView(message.unicodeScalars.prefix(Self.messageCharactersMax))
        )
    }

    /// Whether a text is a code of SNAP BI, of whatever service.
    private static func isCode(_ text: String) -> Bool {
        text.utf8.count == 7 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && ("1"..."5").contains(text.prefix(1))
    }

    /// RFC 8259 section 8.1 allows a parser to ignore the mark, which .NET services send.
    private static func withoutByteOrderMark(_ body: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return body.starts(with: mark) ? Array(body.dropFirst(mark.count)) : body
    }

    /// The text of a string, without surrounding blanks; nil when it is missing, null or blank.
    func text(_ name: String) throws(ServiceResponseError) -> String? {
        guard let value = root[name], value.kind != .null else { return nil }
        guard value.kind == .string else { throw .malformed(name, expected: "a string") }
        return value.textOrNumber
    }

    /// The text of a string, without surrounding blanks, or a number as written; nil for anything
    /// else, and when it is blank.
    func literal(_ name: String) -> String? { root[name]?.textOrNumber }

    /// A payment's number, as a string or a number; nil when it is missing, null or blank.
    func reference(_ name: String) throws(ServiceResponseError) -> Reference? {
        guard let value = root[name], value.kind != .null else { return nil }
        guard value.kind == .string || value.kind == .number else {
            throw .malformed(name, expected: Self.referenceForm)
        }
        guard let text = value.textOrNumber else { return nil }
        guard let reference = Reference(text) else {
            throw .malformed(name, expected: Self.referenceForm)
        }
        return reference
    }

    private static let referenceForm = "1 to \(Reference.bytesMax) visible ASCII characters"

    /// An amount in rupiah, whose value is a string or a number; nil when it is missing or null.
    func amount(_ name: String) throws(ServiceResponseError) -> ReportedAmount? {
        guard let object = root[name], object.kind != .null else { return nil }
        guard object["currency"]?.textOrNumber == "IDR", let value = object["value"],
            let amount = ReportedAmount(value)
        else { throw .malformed(name, expected: "value and currency in rupiah") }
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
    case notAnObject(JSONKind)

    /// This member is missing, null or blank.
    case missing(String)
    case malformed(String, expected: String)

    /// The code belongs to a service that the gateway does not have here.
    case otherService(responseCode: String)
}

extension ServiceResponseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): error.description
        case .notAnObject(let kind): "JSON, but \(kind), expected an object"
        case .missing(let name): "\(name) is missing"
        case .malformed(let name, let expected): "\(name) is malformed, expected \(expected)"
        case .otherService(let code):
            "responseCode \(code) belongs to service \(code.dropFirst(3).prefix(2))"
        }
    }
}
