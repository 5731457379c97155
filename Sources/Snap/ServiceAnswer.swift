import Payments

/// The gateway's answer to a request of ours, as far as every service answers alike: strict JSON
/// with a code and a message.
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
            root = try JSONDocument(body).root
        } catch {
            throw .json(error)
        }
        guard root.kind == .object else { throw .notAnObject }
        guard let text = root["responseCode"]?.string, let code = ResponseCode(text.utf8.span)
        else { throw .member("responseCode") }
        self.code = code
        let message = root["responseMessage"]?.string ?? ""
        self.message = String(
            String.UnicodeScalarView(message.unicodeScalars.prefix(Self.messageCharactersMax))
        )
    }

    /// A string; nil when it is missing, null or blank.
    func text(_ name: String) throws(ServiceAnswerError) -> String? {
        guard let value = root[name], value.kind != .null else { return nil }
        guard let text = value.string else { throw .member(name) }
        return text.utf8.allSatisfy { $0 == UInt8(ascii: " ") } ? nil : text
    }

    /// The text of a string, or a number as it stands there; nil for all else, and when it is
    /// blank.
    func literal(_ name: String) -> String? {
        guard let value = root[name] else { return nil }
        if value.kind == .number { return value.literal }
        return (try? text(name)) ?? nil
    }

    /// A payment's number; nil when it is missing, null or blank.
    func reference(_ name: String) throws(ServiceAnswerError) -> Reference? {
        guard let text = try text(name) else { return nil }
        guard let reference = Reference(text) else { throw .member(name) }
        return reference
    }

    /// An amount of rupiah, its value a string or a number; nil when it is missing or null.
    func amount(_ name: String) throws(ServiceAnswerError) -> Amount? {
        guard let object = root[name], object.kind != .null else { return nil }
        guard object["currency"]?.string == "IDR", let value = object["value"],
            let amount = Amount(value)
        else { throw .member(name) }
        return amount
    }
}

extension Amount {
    /// An amount as the gateway writes it in one place or another; nil for all else.
    fileprivate init?(_ value: JSONValue) {
        if let text = value.string {
            self.init(text: text.utf8.span)
        } else if value.kind == .number {
            self.init(number: value.literal.utf8.span)
        } else {
            return nil
        }
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
