/// One named change that a program between signer and receiver makes to a body.
///
/// `apply` maps the received bytes to the ones that were signed. It is defined for any bytes, JSON
/// or not, and returns nil or the same bytes where it has no effect.
struct BodyRewriting: Sendable {
    /// The order in which two changes are combined: content first, form last.
    ///
    /// Two changes of one stage exclude each other, which keeps the number of pairs small.
    enum Stage: Int, Comparable, Sendable {
        /// Compression and what stands around the notification.
        case container
        case charset
        case members
        case quotes
        case numbers
        case slashes
        case escapes
        case layout
        case lineEnds
        case end

        static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
    }

    /// Maximum bytes of a body that is rewritten; larger bodies are tried in their forms only. The
    /// receiver accepts 65,536 bytes by default.
    static let bytesMax = 262_144

    let stage: Stage
    let change: SignatureDifference
    let apply: @Sendable ([UInt8]) -> [UInt8]?

    init(
        _ stage: Stage,
        _ name: SignatureDifference.Name,
        _ detail: String,
        _ apply: @escaping @Sendable ([UInt8]) -> [UInt8]?
    ) {
        self.stage = stage
        change = SignatureDifference(name: name, detail: detail)
        self.apply = apply
    }

    /// All named changes; the article Diagnosis says how to add one.
    static let table =
        containers + charsets + members + quotes + numbers + slashes + escapes + layouts + lineEnds
        + ends
}
