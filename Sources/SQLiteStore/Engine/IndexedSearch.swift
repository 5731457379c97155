import Payments
import SQLTables
import SQLite
import SQLiteFiles
import Store

/// Finds payments through the reference index; belongs to one reading connection.
final class IndexedSearch: PaymentSearch {
    private let index: ReferenceIndex

    /// The connection's access to the index file.
    private let file: any IndexSearch

    init(_ index: ReferenceIndex, _ file: any IndexSearch) {
        self.index = index
        self.file = file
    }

    /// Candidates: the keys of the index are hashes.
    func payments(_ references: [Reference]) throws(StoreError) -> Set<Int64> {
        try StoreError.mapped { () throws(SQLiteError) in try index.payments(references, in: file) }
    }
}
