import APIModel
import Exports
import Payments
import Store

/// The text of an export, page by page.
///
/// No snapshot of the database covers two pages, and one page is in memory at a time.
struct ExportPages: Sendable {
    /// What remains to be read.
    private enum Rest: Sendable {
        /// Payments down from the cursor of the filter, newest first.
        case payments(TransactionFilter)

        /// Transitions in ranges of the feed, oldest first.
        case transitions([Range<Int64>])
        case nothing
    }

    private let reader: any StorageReader

    /// The period.
    private let filter: TransactionFilter
    private var rest: Rest

    /// The line of titles, until it is returned.
    private var titles: [UInt8] = []

    /// The maximum number of records in one page: about 250 KB of text.
    private static let recordsMax = 1_000

    /// Begins an export; what is recorded later is not part of an export of transitions.
    init(
        of subject: ExportSubject,
        _ filter: TransactionFilter,
        from reader: any StorageReader
    ) async throws(StoreError) {
        self.reader = reader
        self.filter = filter
        switch subject {
        case .payments:
            rest = .payments(filter)
            TransactionRecord.exportColumns.appendTitles(to: &titles)
        case .transitions:
            rest = .transitions(
                try await reader.sequences(
                    recordedFrom: filter.fromMilliseconds,
                    to: filter.toMilliseconds
                )
            )
            TransitionRecord.exportColumns.appendTitles(to: &titles)
        }
    }

    /// The next part of the text, which can be empty; nil at the end.
    mutating func next() async throws(StoreError) -> [UInt8]? {
        var text = titles
        titles = []
        switch rest {
        case .payments(let filter): try await appendPayments(filter, to: &text)
        case .transitions(let ranges): try await appendTransitions(ranges, to: &text)
        case .nothing: return nil
        }
        return text
    }

    private mutating func appendPayments(
        _ filter: TransactionFilter,
        to text: inout [UInt8]
    ) async throws(StoreError) {
        let page = try await reader.transactions(filter, limit: Self.recordsMax)
        for payment in page.transactions {
            TransactionRecord.exportColumns.append(payment, to: &text)
        }
        var filter = filter
        filter.before = page.next
        rest = page.more ? .payments(filter) : .nothing
    }

    private mutating func appendTransitions(
        _ ranges: [Range<Int64>],
        to text: inout [UInt8]
    ) async throws(StoreError) {
        guard let range = ranges.first else {
            rest = .nothing
            return
        }
        let query = FeedQuery(after: range.lowerBound - 1)
        let page = try await reader.feed(query, limit: Self.recordsMax)
        for transition in page.transitions
        where transition.sequence < range.upperBound && isInPeriod(transition) {
            TransitionRecord.exportColumns.append(transition, to: &text)
        }
        let isOver = !page.more || page.next >= range.upperBound - 1
        rest = .transitions(
            (isOver ? [] : [page.next + 1..<range.upperBound]) + ranges.dropFirst()
        )
    }

    /// Whether a transition was recorded in the period: a range includes a few that were not.
    private func isInPeriod(_ transition: TransitionRecord) -> Bool {
        transition.recordedMilliseconds >= filter.fromMilliseconds ?? .min
            && transition.recordedMilliseconds < filter.toMilliseconds ?? .max
    }
}
