import Payments
package import Search
package import Store

/// Explains what became of many payments, each by its reference.
///
/// Rejected requests have no reference index: they are read once, for all references.
package struct PaymentExplanations: Sendable {
    private let reader: any StorageReader
    private let diagnose: PaymentSearch.Diagnose

    /// The rejected requests that carry a wanted reference, by that reference; without their
    /// bodies, which would need memory without bound.
    private var rejected: [String: [SearchedCallback]] = [:]

    /// The maximum of rejected requests that are read.
    private static let rowsMax = 20_000

    /// The rows of one read.
    private static let rowsInPortion = 1_000

    /// Stored for one reference at most: redeliveries of a refused callback are alike.
    private static let rejectedMax = 10

    /// Reads the rejected requests that carry one of `references`.
    package init(
        of references: Set<String>,
        in reader: any StorageReader,
        diagnose: @escaping PaymentSearch.Diagnose
    ) async throws(StoreError) {
        self.reader = reader
        self.diagnose = diagnose
        var filter = CallbackFilter()
        filter.outcome = .refused
        var rowsCount = 0
        while !references.isEmpty, rowsCount < Self.rowsMax {
            let page = try await reader.callbackPage(filter, limit: Self.rowsInPortion)
            rowsCount += page.callbacks.count
            for record in page.callbacks { add(record, references) }
            if !page.more { return }
            filter.beforeID = page.next
        }
    }

    private mutating func add(_ record: CallbackRecord, _ references: Set<String>) {
        var callback = SearchedCallback(record)
        callback.body = []
        for reference in Set(callback.references) where references.contains(reference) {
            guard rejected[reference]?.count ?? 0 < Self.rejectedMax else { continue }
            rejected[reference, default: []].append(callback)
        }
    }

    /// What became of the payment with a reference; nil if nothing has it.
    ///
    /// - Parameters:
    ///   - milliseconds: times of this Jakarta day are shown without their date.
    ///   - includesRejected: whether rejected requests can be the explanation; they are not when a
    ///     query has reported the status meanwhile.
    package func explanation(
        of reference: String,
        at milliseconds: Int64,
        includesRejected: Bool = true
    ) async throws(StoreError) -> SearchResult? {
        let criteria = SearchCriteria(
            atMilliseconds: milliseconds,
            withinMilliseconds: 0,
            text: reference
        )
        var search = PaymentSearch(criteria, in: reader, diagnose: diagnose)
        let callbacks = includesRejected ? rejected[reference] ?? [] : []
        return try await search.resultsByReference(adding: callbacks).first
    }
}
