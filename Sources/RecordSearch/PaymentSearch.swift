import Payments
package import Search
package import Store

/// Finds payments, callbacks and gateway calls by amount and time, or by a text.
///
/// References lead to payments and callbacks by the reference index, whatever their age. Everything
/// else is read along the primary keys within the time range, in slices, those nearest to its
/// middle first, until ``rowsMax`` rows were read. Of a search by amount alone, callbacks with
/// another amount hardly count (``searchCost``).
package struct PaymentSearch {
    /// The maximum of callbacks, and of payments and gateway calls, that one search reads.
    static let rowsMax = 20_000

    /// The maximum of callbacks that one search diagnoses: a diagnosis tries thousands of strings.
    private static let diagnosesMax = 10

    /// The rows of one read.
    private static let rowsInPortion = 1_000

    /// The slices on each side of the middle.
    private static let slicesCount: Int64 = 6

    /// Finds out why the signature of a refused callback does not verify; nil when that is unknown.
    package typealias Diagnose =
        @Sendable (CallbackRecord) async -> SearchedCallback.SignatureProblem?

    private let reader: any StorageReader
    private let diagnose: Diagnose
    private let criteria: SearchCriteria

    /// How well a payment fits, or the best of its callbacks and calls.
    private struct Rating {
        let score: Int
        let distance: UInt64

        func isBetter(than other: Rating) -> Bool {
            (other.score, distance) < (score, other.distance)
        }
    }

    /// The ratings of payments by their partnerReferenceNo.
    private var ratings: [String: Rating] = [:]
    private var callbacks: [Int64: SearchedCallback] = [:]
    private var calls: [SearchedCall] = []

    /// Whether rows of the time range were not read.
    package private(set) var isCutOff = false

    /// Whether something that fits is not among the results.
    package private(set) var isIncomplete = false

    package init(
        _ criteria: SearchCriteria,
        in reader: any StorageReader,
        diagnose: @escaping Diagnose
    ) {
        self.criteria = criteria
        self.reader = reader
        self.diagnose = diagnose
    }

    /// What fits, best first.
    ///
    /// - Parameter limit: the maximum of results; ``isIncomplete`` is set if there are more.
    package mutating func results(limit: Int) async throws(StoreError) -> [SearchResult] {
        try await readByReference()
        try await readByTime()
        return try await ranked(limit: limit)
    }

    /// What has the text as a reference, and what fits of `callbacks`, best first; nothing is
    /// searched by its time.
    mutating func resultsByReference(
        adding callbacks: [SearchedCallback]
    ) async throws(StoreError) -> [SearchResult] {
        try await readByReference()
        for callback in callbacks { add(callback) }
        return try await ranked(limit: 1)
    }

    private mutating func ranked(limit: Int) async throws(StoreError) -> [SearchResult] {
        var groups = CallbackGroup.all(Array(callbacks.values), criteria)
        let rated = calls.compactMap { call in criteria.score(call).map { (call, $0) } }
            .sorted { $0.1 > $1.1 }
        for callback in callbacks.values { rate(callback.partnerReferenceNo, callback) }
        for (call, _) in rated { rate(call.partnerReferenceNo, call) }
        let references = bestPayments(limit: 2 * limit)
        if references.count < ratings.count { isIncomplete = true }
        let records = try await payments(references)
        // What a payment covers is not shown in its place when the payment was left out.
        groups.removeAll { group in
            let reference = group.callback.partnerReferenceNo ?? ""
            return group.callback.isCoveredByPayment && !references.contains(reference)
        }
        try await addSignatureProblems(to: &groups)
        let results = SearchResult.ranked(
            payments: records.map { SearchedPayment($0) },
            callbacks: groups,
            calls: rated.map(\.0).filter { references.contains($0.partnerReferenceNo) },
            criteria
        )
        if results.count > limit { isIncomplete = true }
        return Array(results.prefix(limit))
    }

    // MARK: References

    /// Reads what has the text as a reference, by the reference index.
    private mutating func readByReference() async throws(StoreError) {
        guard let text = criteria.text, let reference = Reference(text) else { return }
        let own = try await reader.transaction(reference)
        if let own { rate(own) }
        var filter = TransactionFilter()
        filter.referenceNo = reference
        try await readPayments(filter)
        var callbackFilter = CallbackFilter()
        callbackFilter.reference = text
        let page = try await reader.callbackPage(callbackFilter, limit: Self.rowsInPortion)
        if page.more { isIncomplete = true }
        add(page.callbacks)
    }

    // MARK: Times

    /// Reads the time range in slices, those nearest to its middle first.
    private mutating func readByTime() async throws(StoreError) {
        var (callbackRows, callRows) = (Self.rowsMax, Self.rowsMax)
        for (from, to) in slices {
            if criteria.selectsByTime { try await readPayments(from: from, to: to) }
            try await readCallbacks(from: from, to: to, &callbackRows)
            try await readCalls(from: from, to: to, &callRows)
        }
    }

    private var slices: [(from: Int64, to: Int64)] {
        let width = criteria.withinMilliseconds / Self.slicesCount + 1
        let middle = criteria.atMilliseconds
        return (0..<Self.slicesCount).flatMap { index in
            let inner = index * width
            let outer = inner + width
            return [
                (middle + inner, min(middle + outer, criteria.toMilliseconds)),
                (max(middle - outer, criteria.fromMilliseconds), middle - inner),
            ]
        }.filter { $0.0 < $0.1 }
    }

    private mutating func readPayments(from: Int64, to: Int64) async throws(StoreError) {
        for time in [TransactionTime.created, .updated] {
            var filter = TransactionFilter()
            filter.by = time
            filter.amount = criteria.amount
            (filter.fromMilliseconds, filter.toMilliseconds) = (from, to)
            try await readPayments(filter)
        }
    }

    /// Reads pages until the list ends, or after ``paymentPagesMax``.
    private mutating func readPayments(_ filter: TransactionFilter) async throws(StoreError) {
        var filter = filter
        for _ in 0..<Self.paymentPagesMax {
            let page = try await reader.transactions(filter, limit: Self.rowsInPortion)
            for record in page.transactions { rate(record) }
            if !page.more { return }
            filter.before = page.next
        }
        isCutOff = true
    }

    /// The maximum of pages of one list; a page reads a bounded number of rows.
    private static let paymentPagesMax = 8

    /// What a page counts that passes over callbacks with another amount, as many as it may: about
    /// as long as it takes to read this many rows.
    private static let searchCost = 1_000

    private mutating func readCallbacks(
        from: Int64,
        to: Int64,
        _ rowsLeft: inout Int
    ) async throws(StoreError) {
        var filter = CallbackFilter()
        (filter.fromMilliseconds, filter.toMilliseconds) = (from, to)
        // Without a text only the amount can fit, and other callbacks are passed over unread.
        if criteria.text == nil { filter.amount = criteria.amount }
        while rowsLeft > 0 {
            let page = try await reader.callbackPage(filter, limit: Self.rowsInPortion)
            let hasPassedOver = page.more && page.callbacks.count < Self.rowsInPortion
            rowsLeft -= page.callbacks.count + (hasPassedOver ? Self.searchCost : 0)
            add(page.callbacks)
            if !page.more { return }
            filter.beforeID = page.next
        }
        isCutOff = true
    }

    private mutating func readCalls(
        from: Int64,
        to: Int64,
        _ rowsLeft: inout Int
    ) async throws(StoreError) {
        var filter = GatewayCallFilter()
        (filter.fromMilliseconds, filter.toMilliseconds) = (from, to)
        while rowsLeft > 0 {
            let found = try await reader.gatewayCalls(filter, limit: Self.callsInPortion)
            rowsLeft -= found.count
            calls += found.map { SearchedCall($0) }.filter { criteria.score($0) != nil }
            guard found.count == Self.callsInPortion, let last = found.last else { return }
            filter.beforeID = last.id
        }
        isCutOff = true
    }

    /// Gateway calls in one read; a response can have 1 MiB.
    private static let callsInPortion = 100

    /// Adds the callbacks that fit.
    private mutating func add(_ records: [CallbackRecord]) {
        for record in records { add(SearchedCallback(record)) }
    }

    private mutating func add(_ callback: SearchedCallback) {
        if criteria.score(callback) != nil { callbacks[callback.id] = callback }
    }

    // MARK: What results need

    private mutating func rate(_ record: TransactionRecord) {
        rate(record.partnerReferenceNo, SearchedPayment(record))
    }

    private mutating func rate(_ reference: String?, _ subject: some SearchSubject) {
        guard let reference, let score = criteria.score(subject) else { return }
        let rating = Rating(score: score, distance: criteria.distance(subject))
        if let present = ratings[reference], !rating.isBetter(than: present) { return }
        ratings[reference] = rating
    }

    /// The references of the payments that fit best.
    private func bestPayments(limit: Int) -> Set<String> {
        Set(ratings.sorted { $0.value.isBetter(than: $1.value) }.prefix(limit).map(\.key))
    }

    /// These payments with their transitions.
    private func payments(
        _ references: Set<String>
    ) async throws(StoreError) -> [TransactionRecord] {
        var records: [TransactionRecord] = []
        for text in references {
            guard let reference = Reference(text) else { continue }
            if let record = try await reader.transaction(reference) { records.append(record) }
        }
        return records
    }

    /// Finds out why the signatures of the best refused callbacks do not verify.
    private func addSignatureProblems(to groups: inout [CallbackGroup]) async throws(StoreError) {
        let refused = groups.indices.filter { groups[$0].callback.code?.hasPrefix("401") == true }
        for index in refused.prefix(Self.diagnosesMax) {
            let id = groups[index].callback.id
            guard let record = try await reader.callback(id) else { continue }
            groups[index].callback.signature = await diagnose(record)
        }
    }
}
