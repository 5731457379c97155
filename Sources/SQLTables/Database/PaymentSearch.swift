package import Payments
package import Store

/// Finds payments by their references: candidates, whose references the caller compares.
package protocol PaymentSearch: AnyObject {
    /// The IDs of all payments that carry one of these references in either role, and few others.
    func payments(_ references: [Reference]) throws(StoreError) -> Set<Int64>
}

/// A reader's access to the rejected-request store, which counts as empty while its file cannot be
/// read.
package protocol RefusedRequestFile: AnyObject {
    /// The result of `body`; nil while the file cannot be read, which is reported.
    func read<Value>(_ body: (any SQLDatabase) throws(StoreError) -> Value) -> Value?
}
