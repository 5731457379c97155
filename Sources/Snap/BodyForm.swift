import Text

/// The form of a body that was hashed for a signature.
package enum BodyForm: String, CaseIterable, Sendable {
    /// As received.
    case raw

    /// Without white space outside of strings; see ``minified(_:)``.
    case minified

    /// Without any space, tab, CR and LF, inside strings too.
    ///
    /// Weaker than the others, because different bodies have the same form: a redelivery counts as
    /// one only with the same bytes (article Protocol).
    case whitespaceFree

    /// The forms that are accepted unless the configuration says otherwise.
    package static let standard: [BodyForm] = [.raw, .minified]

    /// Whether bodies with different values can have the same form.
    package var isLossy: Bool { self == .whitespaceFree }

    /// The bytes of a body in this form; nil if the form does not change them.
    package func changed(_ body: Span<UInt8>) -> [UInt8]? {
        switch self {
        case .raw: nil
        case .minified: Snap.minified(body)
        case .whitespaceFree: withoutBlanks(body)
        }
    }

    /// The bytes of a body in this form.
    package func bytes(of body: [UInt8]) -> [UInt8] { changed(body.span) ?? body }

    /// The bytes without JSON's blanks; nil if there are none.
    private func withoutBlanks(_ body: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(body.count)
        for index in body.indices where !isJSONBlank(body[index]) { output.append(body[index]) }
        return output.count == body.count ? nil : output
    }
}
