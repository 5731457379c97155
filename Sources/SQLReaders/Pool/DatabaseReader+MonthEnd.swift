package import Payments
package import Store

/// The reads of summaries and exports, each of a bounded number of rows.
extension DatabaseReader {
    /// Candidates of the reference index, compared one by one.
    package func transactions(
        withReferences references: [Reference]
    ) async throws(StoreError) -> [TransactionRecord] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.transactions.transactions(withReferences: references)
        }
    }

    /// Sums of at most ``SummaryReader/scannedMax`` rows, by primary key.
    package func summary(_ filter: TransactionFilter) async throws(StoreError) -> SummaryPage {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.summary.page(filter)
        }
    }

    /// Ranges of the feed, by ``TimeSearch``: some dozens of reads by primary key.
    package func sequences(
        recordedFrom from: Int64?,
        to: Int64?
    ) async throws(StoreError) -> [Range<Int64>] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.transitions.sequences(recordedFrom: from, to: to)
        }
    }
}
