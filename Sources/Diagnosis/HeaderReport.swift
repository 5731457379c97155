import HTTPCore
import Snap
import Text

/// What the headers and the request line are worth, before any signature is looked at.
package struct HeaderReport: Equatable, Sendable {
    /// One thing for which a callback is refused.
    package struct Problem: Equatable, Sendable {
        /// The row of the checks table that refuses it.
        package let row: Int

        /// The header, or `method` or `path`.
        package let field: String
        package let detail: String

        /// The `responseCode` of the answer.
        package let responseCode: String
    }

    /// In the order of the checks; the first one decides the answer.
    package let problems: [Problem]

    /// Whether X-PARTNER-ID is the configured client id; nil when it is not there once.
    package let isPartnerEqual: Bool?

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings) {
        let partner = callback.values(of: "X-PARTNER-ID")
        let isOnce = partner.count == 1 && !partner[0].isEmpty
        isPartnerEqual = isOnce ? partner[0] == Array(settings.clientID.utf8) : nil
        problems =
            Self.routing(callback, settings) + Self.missing(callback) + Self.malformed(callback)
            + Self.partner(partner, isEqual: isPartnerEqual, settings)
    }

    /// Row 1: the method and the path.
    private static func routing(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings
    ) -> [Problem] {
        let method = callback.method
        if method != "POST" {
            return [
                problem(1, "method", "is \(quoted(method)), expected POST", .functionNotSupported)
            ]
        }
        let path = SignedPath(callback.target).path
        let served = [settings.publicURL.path, "/v1.0/debit/notify"]
        if served.contains(path) { return [] }
        let expected = served[0] == served[1] ? served[0] : served.joined(separator: " or ")
        let detail = "is \(quoted(path)), expected \(expected)"
        return [problem(1, "path", detail, .http(status: 404, message: ""))]
    }

    /// Row 3: headers that are not there exactly once.
    private static func missing(_ callback: CapturedCallback) -> [Problem] {
        names.compactMap { name in
            let values = callback.values(of: name)
            let detail: String
            if values.isEmpty {
                let other = callback.fields.map(\.name).first { isMisspelt($0, name) }
                detail = "is missing" + (other.map { "; \(quoted($0)) is another name" } ?? "")
            } else if values.count > 1 {
                detail = "stands there \(values.count) times, expected once"
            } else if values[0].isEmpty {
                detail = "is blank"
            } else {
                return nil
            }
            return problem(3, name, detail, .invalidMandatoryField(name))
        }
    }

    private static let names = ["X-PARTNER-ID", "X-EXTERNAL-ID", "X-TIMESTAMP", "X-SIGNATURE"]

    /// Whether a name is the wanted one but for underscores and blanks, which proxies drop.
    private static func isMisspelt(_ name: String, _ wanted: String) -> Bool {
        let plain = name.lowercased().filter { $0 != " " && $0 != "\t" }
        return plain.replacing("_", with: "-") == wanted.lowercased()
    }

    /// Row 4: the form of X-EXTERNAL-ID and X-TIMESTAMP.
    private static func malformed(_ callback: CapturedCallback) -> [Problem] {
        var problems: [Problem] = []
        if let id = single("X-EXTERNAL-ID", callback), ExternalID(id.span) == nil {
            let detail = "has \(id.count) bytes, expected 1 to 36 of visible ASCII"
            problems.append(
                problem(4, "X-EXTERNAL-ID", detail, .invalidFieldFormat("X-EXTERNAL-ID"))
            )
        }
        if let time = single("X-TIMESTAMP", callback), Timestamp(rfc3339: time.span) == nil {
            let text = String(decoding: time.prefix(shownBytesMax), as: UTF8.self)
            let detail = "is \(quoted(text)), expected a time such as 2026-11-22T10:00:00+07:00"
            problems.append(problem(4, "X-TIMESTAMP", detail, .invalidFieldFormat("X-TIMESTAMP")))
        }
        return problems
    }

    /// The value of a header that is there once and not blank.
    private static func single(_ name: String, _ callback: CapturedCallback) -> [UInt8]? {
        let values = callback.values(of: name)
        return values.count == 1 && !values[0].isEmpty ? values[0] : nil
    }

    /// Row 5: whether the callback is for us.
    private static func partner(
        _ values: [[UInt8]],
        isEqual: Bool?,
        _ settings: DiagnosisSettings
    ) -> [Problem] {
        guard isEqual == false else { return [] }
        let text = String(decoding: values[0].prefix(shownBytesMax), as: UTF8.self)
        let detail = "is \(quoted(text)), expected cashIn.clientId, \(quoted(settings.clientID))"
        return [problem(5, "X-PARTNER-ID", detail, .unauthorized(reason: "Signature"))]
    }

    /// How much of a wrong value is repeated in words.
    private static let shownBytesMax = 64

    private static func problem(
        _ row: Int,
        _ field: String,
        _ detail: String,
        _ answer: ResponseCase
    ) -> Problem {
        let code = ResponseCode(answer, .notify).description
        return Problem(row: row, field: field, detail: detail, responseCode: code)
    }
}
