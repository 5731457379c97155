import Captures
import HTTPCore
import Snap
import Text

/// The checks of request line and headers that do not depend on the signature.
package struct HeaderReport: Equatable, Sendable {
    /// One failed check.
    package struct Problem: Equatable, Sendable {
        /// The row of the checks table (article Checks).
        package let row: Int

        /// The name of the header, or `method` or `path`.
        package let field: String
        /// The fault, to complete a sentence that begins with ``field``.
        package let detail: String

        /// The `responseCode` of the response.
        package let responseCode: String
    }

    /// The failed checks in the order of the table; the first decides the response.
    package let problems: [Problem]

    /// Whether X-PARTNER-ID is the configured client id; nil unless it occurs once and is not
    /// empty.
    package let isPartnerEqual: Bool?

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings) {
        let partner = callback.values(of: "X-PARTNER-ID")
        let isOnce = partner.count == 1 && !partner[0].isEmpty
        isPartnerEqual = isOnce ? partner[0] == Array(settings.clientID.utf8) : nil
        problems =
            Self.routing(callback, settings) + Self.missing(callback) + Self.malformed(callback)
            + Self.partner(partner, isEqual: isPartnerEqual, settings)
    }

    /// Checks the method and the path (article Checks, row 1).
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

    /// Checks that each mandatory header occurs once and is not blank (article Checks, row 3).
    private static func missing(_ callback: CapturedCallback) -> [Problem] {
        names.compactMap { name in
            let values = callback.values(of: name)
            let detail: String
            if values.isEmpty {
                let other = callback.fields.map(\.name).first { isMisspelt($0, name) }
                detail = "is missing" + (other.map { "; found \(quoted($0)) instead" } ?? "")
            } else if values.count > 1 {
                detail = "occurs \(values.count) times, expected once"
            } else if values[0].isEmpty {
                detail = "is blank"
            } else {
                return nil
            }
            return problem(3, name, detail, .invalidMandatoryField(name))
        }
    }

    /// The mandatory headers, in the order in which they are checked.
    private static let names = ["X-PARTNER-ID", "X-EXTERNAL-ID", "X-TIMESTAMP", "X-SIGNATURE"]

    /// Whether a name differs from `wanted` only by underscores and blanks; proxies drop such
    /// headers.
    private static func isMisspelt(_ name: String, _ wanted: String) -> Bool {
        let plain = name.lowercased().filter { $0 != " " && $0 != "\t" }
        return plain.replacing("_", with: "-") == wanted.lowercased()
    }

    /// Checks the format of X-EXTERNAL-ID and X-TIMESTAMP (article Checks, row 4).
    private static func malformed(_ callback: CapturedCallback) -> [Problem] {
        var problems: [Problem] = []
        if let id = single("X-EXTERNAL-ID", callback), ExternalID(id.span) == nil {
            let detail = "has \(id.count) bytes, expected 1 to 36 bytes of visible ASCII"
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

    /// The value of a header that occurs once and is not blank; nil otherwise.
    private static func single(_ name: String, _ callback: CapturedCallback) -> [UInt8]? {
        let values = callback.values(of: name)
        return values.count == 1 && !values[0].isEmpty ? values[0] : nil
    }

    /// Checks that X-PARTNER-ID is the configured client id (article Checks, row 5).
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

    /// Maximum bytes of a wrong value that a detail repeats.
    private static let shownBytesMax = 64

    private static func problem(
        _ row: Int,
        _ field: String,
        _ detail: String,
        _ responseCase: ResponseCase
    ) -> Problem {
        let code = ResponseCode(responseCase, .notify).description
        return Problem(row: row, field: field, detail: detail, responseCode: code)
    }
}

/// X-TIMESTAMP compared with the time of receipt.
///
/// The difference has no influence on the signature; it is reported for article Checks, row 6.
package struct ClockReport: Equatable, Sendable {
    /// X-TIMESTAMP as received; nil unless it occurs once and is not empty.
    package let timestamp: String?

    /// The same in milliseconds since the epoch, parsed leniently; nil if it cannot be parsed.
    package let timestampMilliseconds: Int64?

    /// Time of receipt in milliseconds since the epoch; nil if unknown.
    package let receivedMilliseconds: Int64?

    /// The configured tolerance in seconds; 0 = no check.
    package let toleranceSeconds: Int

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings) {
        let values = callback.values(of: "X-TIMESTAMP")
        let value = values.count == 1 && !values[0].isEmpty ? values[0] : nil
        timestamp = value.map { String(decoding: $0, as: UTF8.self) }
        timestampMilliseconds = value.flatMap {
            TimestampVariants.instant(of: $0)?.milliseconds
        }
        receivedMilliseconds = callback.receivedMilliseconds
        toleranceSeconds = settings.timestampToleranceSeconds
    }

    /// Time of receipt minus X-TIMESTAMP in milliseconds; nil if either is unknown.
    ///
    /// Negative if the sender's clock is ahead.
    package var differenceMilliseconds: Int64? {
        guard let timestampMilliseconds, let receivedMilliseconds else { return nil }
        return receivedMilliseconds - timestampMilliseconds
    }

    /// Whether the difference is within the tolerance; nil if the difference is unknown.
    package var isWithinTolerance: Bool? {
        guard let differenceMilliseconds else { return nil }
        if toleranceSeconds == 0 { return true }
        return abs(differenceMilliseconds) <= Int64(toleranceSeconds) * 1000
    }
}
