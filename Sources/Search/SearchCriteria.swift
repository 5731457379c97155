package import Payments

/// What a search is about: an amount at a time, a text, or both.
///
/// Amount and time select together; the text selects alone: as a reference anywhere, and in stored
/// bodies within the time range.
package struct SearchCriteria: Equatable, Sendable {
    package var amount: Amount?

    /// The middle of the time range, in milliseconds since the epoch.
    package var atMilliseconds: Int64

    /// Half of the length of the time range.
    package var withinMilliseconds: Int64

    /// A reference, or part of a body, such as a retrieval reference number or an issuer.
    package var text: String?

    package init(
        amount: Amount? = nil,
        atMilliseconds: Int64,
        withinMilliseconds: Int64,
        text: String? = nil
    ) {
        self.amount = amount
        self.atMilliseconds = atMilliseconds
        self.withinMilliseconds = withinMilliseconds
        self.text = text
    }

    /// The start of the time range, in milliseconds since the epoch.
    package var fromMilliseconds: Int64 { atMilliseconds - withinMilliseconds }

    /// The end of the time range, which is not included, in milliseconds since the epoch.
    package var toMilliseconds: Int64 { atMilliseconds + withinMilliseconds + 1 }

    /// Whether amount and time select anything: with a text alone they do not.
    package var selectsByTime: Bool { text == nil || amount != nil }

    /// How well a subject fits; nil if it does not.
    package func score(_ subject: some SearchSubject) -> Int? {
        let scores = [textScore(subject), timeScore(subject)].compactMap(\.self)
        return scores.isEmpty ? nil : scores.reduce(0, +)
    }

    private func textScore(_ subject: some SearchSubject) -> Int? {
        guard let text else { return nil }
        if subject.references.contains(text) { return 100 }
        let bytes = Array(text.utf8)
        return subject.bodies.contains { Self.contains(bytes, in: $0) } ? 60 : nil
    }

    /// Up to 20 for a time near the middle, and 40 for the amount.
    private func timeScore(_ subject: some SearchSubject) -> Int? {
        guard selectsByTime else { return nil }
        if let amount, !subject.amounts.contains(amount) { return nil }
        let distance = distance(subject)
        guard distance <= withinMilliseconds else { return nil }
        let rest = UInt64(withinMilliseconds) - distance
        let closeness = Int(20 * rest / UInt64(max(withinMilliseconds, 1)))
        return closeness + (amount == nil ? 0 : 40)
    }

    /// Whether `text` occurs in `bytes`, byte for byte.
    private static func contains(_ text: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = text.first, bytes.count >= text.count else { return false }
        // Plain loops, because a search reads megabytes.
        let bytes = bytes.span
        for start in 0...bytes.count - text.count where bytes[start] == first {
            var length = 1
            while length < text.count, bytes[start + length] == text[length] { length += 1 }
            if length == text.count { return true }
        }
        return false
    }

    /// How far the nearest time of a subject is from the middle of the time range.
    package func distance(_ subject: some SearchSubject) -> UInt64 {
        subject.times.map { ($0 - atMilliseconds).magnitude }.min() ?? .max
    }
}

/// Something that a search can find.
package protocol SearchSubject {
    /// All amounts in it.
    var amounts: [Amount] { get }

    /// The times at which something happened, in milliseconds since the epoch.
    var times: [Int64] { get }

    /// All references in it that are complete values.
    var references: [String] { get }

    /// The stored bytes in which a text is searched.
    var bodies: [[UInt8]] { get }
}
