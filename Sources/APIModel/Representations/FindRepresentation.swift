package import Search
import Text

/// The JSON of what a search has found.
package struct FindRepresentation: Encodable {
    /// One result.
    struct Result: Encodable {
        let kind: String
        @Nullable var id: Int64?
        @Nullable var partnerReferenceNo: String?
        let at: String
        @Nullable var amount: MoneyRepresentation?
        let sentence: String
        let action: String
        let count: Int64

        init(_ result: SearchResult) {
            kind = result.kind.rawValue
            id = result.id
            partnerReferenceNo = result.partnerReferenceNo
            at = JakartaTime.textWithFraction(milliseconds: result.milliseconds)
            amount = result.amount.map { MoneyRepresentation($0) }
            sentence = result.sentence
            action = result.action
            count = result.count
        }
    }

    let summary: String
    let from: String
    let to: String
    let results: [Result]
    let more: Bool

    /// - Parameters:
    ///   - isCutOff: whether rows of the period were not read.
    ///   - more: whether results or rows of the period were left out.
    package init(
        _ results: [SearchResult],
        _ criteria: SearchCriteria,
        isCutOff: Bool,
        more: Bool
    ) {
        summary = SearchResult.summary(of: results, criteria, isCutOff: isCutOff)
        from = JakartaTime.textWithFraction(milliseconds: criteria.fromMilliseconds)
        to = JakartaTime.textWithFraction(milliseconds: criteria.toMilliseconds)
        self.results = results.map { Result($0) }
        self.more = more
    }
}
