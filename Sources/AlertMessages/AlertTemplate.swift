import Text

/// The body of an alert with placeholders such as `${title}`, which each message replaces by its
/// values.
///
/// Values are escaped for the form of the body: a reference or a note with quotes in it cannot
/// change its structure.
package struct AlertTemplate: Equatable, Sendable {
    /// What a placeholder stands for.
    package enum Placeholder: String, CaseIterable, Sendable {
        case title, detail, kind, reference, url
    }

    /// How values are inserted; follows from the media type of the body.
    package enum Form: Equatable, Sendable {
        /// Inside JSON strings (RFC 8259 section 7).
        case json
        /// As they are.
        case plainText
        /// Percent-encoded, for `application/x-www-form-urlencoded`.
        case urlEncoded
    }

    private enum Part: Equatable, Sendable {
        case literal(String)
        case placeholder(Placeholder)
    }

    private let parts: [Part]
    private let form: Form

    /// Parses a template.
    ///
    /// A `$` without a `{` after it stands for itself.
    ///
    /// - Throws: ``MalformedTemplate``, for a placeholder that does not exist, and for a JSON body
    ///   that is not JSON when the values are inserted.
    package init(_ text: String, form: Form) throws(MalformedTemplate) {
        parts = try Self.parts(of: text)
        self.form = form
        if form == .json { try checkIsJSON() }
    }

    private static func parts(of text: String) throws(MalformedTemplate) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw MalformedTemplate("has a \"${\" without a \"}\", expected ${NAME}")
            }
            let name = String(rest[start.upperBound..<end])
            guard let placeholder = Placeholder(rawValue: name) else {
                throw MalformedTemplate(
                    "has the unknown placeholder \(quoted("${\(name)}")), expected one of "
                        + Placeholder.allCases.map { "${\($0.rawValue)}" }.joined(separator: ", ")
                )
            }
            parts += [.literal(String(rest[..<start.lowerBound])), .placeholder(placeholder)]
            rest = rest[rest.index(after: end)...]
        }
        return parts + [.literal(String(rest))]
    }

    /// Inserts values that are no JSON outside of a string, and that differ, because the names of
    /// an object must differ.
    private func checkIsJSON() throws(MalformedTemplate) {
        let sample = filled { "\"\\\n\($0.rawValue)" }
        do throws(JSONError) {
            _ = try JSONDocument(sample)
        } catch {
            throw MalformedTemplate(
                "is not JSON once its placeholders are replaced (\(error.reason.rawValue)), "
                    + "expected JSON with each placeholder inside a string, or a header "
                    + "Content-Type of another type"
            )
        }
    }

    /// The body of a message.
    package func body(of message: AlertMessage) -> [UInt8] {
        filled { placeholder in
            switch placeholder {
            case .title: message.title
            case .detail: message.detail
            case .kind: message.kindText
            case .reference: message.reference ?? ""
            case .url: message.url ?? ""
            }
        }
    }

    private func filled(_ value: (Placeholder) -> String) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            switch part {
            case .literal(let text): body += text.utf8
            case .placeholder(let placeholder): body += form.encoded(value(placeholder))
            }
        }
        return body
    }
}

extension AlertTemplate.Form {
    /// The form of a body with this `Content-Type`; nil for a type into which values cannot be
    /// inserted safely.
    package init?(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        switch type {
        case "application/json": self = .json
        case "text/plain": self = .plainText
        case "application/x-www-form-urlencoded": self = .urlEncoded
        default:
            guard type.hasSuffix("+json") else { return nil }
            self = .json
        }
    }

    fileprivate func encoded(_ value: String) -> [UInt8] {
        switch self {
        case .json:
            var string: [UInt8] = []
            appendJSONString(value, to: &string)
            return Array(string.dropFirst().dropLast())
        case .plainText: return Array(value.utf8)
        case .urlEncoded: return PercentEncoding.encoded(value.utf8)
        }
    }
}

/// Why a text is not a template; the text states the fault, then what is expected.
package struct MalformedTemplate: Error, Equatable {
    package let text: String

    init(_ text: String) { self.text = text }
}
