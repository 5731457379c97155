import Snap
import Text

/// Why the body of a callback is not a notification (article Checks, rows 7 to 9), and what to do.
///
/// The receiver's own decoder decides; this names the usual causes.
struct BodyReport: Equatable {
    /// The fault, as one or more sentences.
    let reason: String

    /// What to do, as one or more sentences.
    let remedy: String

    /// The fault of a body; nil if it is a notification.
    init?(_ body: [UInt8]) {
        do throws(NotificationError) {
            _ = try Notification(body)
            return nil
        } catch {
            switch error {
            case .badRequest(let fault): self = BodyReport(body, fault: fault)
            case .invalidMandatoryField(let field): self = BodyReport(body, lacks: field)
            case .invalidFieldFormat(let field): self = BodyReport(body, malformed: field)
            }
        }
    }

    private init(reason: String, remedy: String) {
        self.reason = reason
        self.remedy = remedy
    }

    // MARK: No JSON object

    /// What the gateway has to send, as the end of a remedy.
    private static let wanted = "the notification as one JSON object in UTF-8, uncompressed"

    /// A body that is not a JSON object.
    ///
    /// - Parameter fault: why it is not JSON; nil if it is JSON of another kind.
    private init(_ body: [UInt8], fault: JSONError?) {
        let request = "Ask the gateway to send \(Self.wanted)."
        if body.isEmpty {
            self.init(
                reason: "The body is empty.",
                remedy: "\(request) If it does, find the proxy that drops the body."
            )
        } else if let coding = ContentCoding(body) {
            self.init(
                reason: "The body is compressed (\(coding.phrase)).",
                remedy: "\(request) If it does, find the proxy that compresses the body."
            )
        } else if let encoding = Self.encoding(of: body) {
            self.init(reason: "The body \(encoding).", remedy: request)
        } else if let fault {
            let (cause, place) = (Self.cause(body), "it is not valid JSON (\(fault))")
            self.init(
                reason: cause.map { "The body \($0): \(place)." }
                    ?? "The body is not JSON that the receiver accepts: \(fault).",
                remedy: request
            )
        } else {
            self.init(reason: "The body is \(Self.kind(body)), not a JSON object.", remedy: request)
        }
    }

    /// Another encoding of characters than UTF-8 without a byte order mark, to complete "The body
    /// …"; nil if there is no sign of one.
    private static func encoding(of body: [UInt8]) -> String? {
        if body.starts(with: [0xEF, 0xBB, 0xBF]) {
            return "begins with a byte order mark (EF BB BF), which JSON forbids"
        }
        let isWide = [[0xFF, 0xFE], [0xFE, 0xFF]].contains { body.starts(with: $0) }
        if isWide || body.prefix(2).contains(0) { return "is written in UTF-16, not in UTF-8" }
        if String(validating: body, as: UTF8.self) == nil {
            return "is not UTF-8; ISO-8859-1 or Windows-1252 are the usual other encodings"
        }
        return nil
    }

    /// The usual causes of a body that is not JSON, to complete "The body …".
    private static func cause(_ body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(sampleBytes), as: UTF8.self)
        let start = text.drop { $0.isWhitespace }.lowercased()
        if start.hasPrefix("<!doctype") || start.hasPrefix("<html") { return "is an HTML page" }
        if start.hasPrefix("<") { return "is XML" }
        if start.hasPrefix("--") { return "is multipart form data" }
        if text.contains("\u{201C}") || text.contains("\u{201D}") {
            return "contains typographic quotation marks, as word processors insert"
        }
        if start.hasPrefix("{'") { return "has single quotation marks" }
        if start.hasPrefix("%7b") || isForm(text) { return "is form data (name=value)" }
        return nil
    }

    /// Bytes at the start of a body that are searched for a usual cause.
    private static let sampleBytes = 2_048

    /// Whether a text begins with `name=`.
    private static func isForm(_ text: String) -> Bool {
        let name = text.prefix { $0 != "=" && $0 != "{" && $0 != "\"" }
        return !name.isEmpty && text.dropFirst(name.count).first == "="
    }

    /// The kind of a JSON value that is not an object, with its article.
    private static func kind(_ body: [UInt8]) -> String {
        let kind = (try? JSONDocument(body))?.root
        switch kind?.kind {
        case .array:
            return kind?.elements.count == 1
                ? "a JSON array around the notification" : "a JSON array"
        case .string: return "a JSON string, which contains the notification as escaped text"
        case .number: return "a number"
        case .true, .false, .null: return "one of the words true, false and null"
        case .object, nil: return "another value"
        }
    }
}

// MARK: Members

extension BodyReport {
    /// An object without a mandatory member.
    fileprivate init(_ body: [UInt8], lacks field: NotificationField) {
        let name = field.rawValue
        let root = (try? JSONDocument(body))?.root
        let short = String(name.split(separator: ".").last ?? "")
        let object = name.contains(".") ? root?["amount"] : root
        let wanted = "Ask the gateway to send \(name)"
        if let value = object?[short] {
            let what = value.kind == .null ? "null" : "blank"
            self.init(reason: "The member \(name) is \(what).", remedy: "\(wanted) with a value.")
        } else if let other = object.flatMap({ Self.misspelt(short, in: $0) }) {
            self.init(
                reason: "The member \(name) is missing; \(quoted(other)) is there instead.",
                remedy: "\(wanted) under exactly this name."
            )
        } else if let outer = root.flatMap({ Self.wrapper(of: name, in: $0) }) {
            self.init(
                reason: "The member \(name) is missing at the top: it is inside \(quoted(outer)).",
                remedy: "Ask the gateway to send the members without the object around them."
            )
        } else {
            self.init(reason: "The member \(name) is missing.", remedy: "\(wanted).")
        }
    }

    /// The member whose name is most similar to a missing one; nil if none is.
    private static func misspelt(_ wanted: String, in object: JSONValue) -> String? {
        let names = object.members.prefix(membersMax).map(\.name).filter { $0.utf8.count <= 64 }
        func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter } }
        let known = NotificationField.allCases.map(\.rawValue)
        return names.filter { !known.contains($0) }.first { name in
            plain(name) == plain(wanted) || editDistance(name, wanted) <= 2
                || plain(wanted) == "original" + plain(name)
        }
    }

    /// The member that is an object with the wanted one in it.
    private static func wrapper(of name: String, in root: JSONValue) -> String? {
        root.members.prefix(membersMax).first { $0.value[name] != nil }?.name
    }

    /// Members that are searched for a similar name.
    private static let membersMax = 64

    /// An object with a malformed member.
    fileprivate init(_ body: [UInt8], malformed field: NotificationField) {
        let path = field.rawValue.split(separator: ".").map(String.init)
        var value = (try? JSONDocument(body))?.root
        for name in path { value = value?[name] }
        let isText = value?.kind == .string
        let literal = value.map { String($0.literal.prefix(64)) }
        let shown = literal.map { isText ? quoted($0) : $0 }
        self.init(
            reason: "The member \(field.rawValue) is \(shown ?? "malformed"), "
                + "expected \(Self.expected(field)).",
            remedy: "Ask the gateway to send \(Self.expected(field))."
        )
    }

    /// The format of a member (article Protocol).
    private static func expected(_ field: NotificationField) -> String {
        switch field {
        case .originalPartnerReferenceNo, .originalReferenceNo:
            "a string of 1 to 64 visible ASCII characters without blanks"
        case .latestTransactionStatus: "a string of two digits, 00 to 07"
        case .amount: "an object with value and currency"
        case .amountValue: "a string or number such as \"10000.00\", not negative"
        case .amountCurrency: "\"IDR\""
        case .createdTime, .finishedTime: "a time such as 2026-11-22T10:00:00+07:00"
        case .originalExternalID: "a string or an integer, the same under each of its names"
        case .transactionStatusDesc: "a string, the same under each of its names"
        }
    }
}
