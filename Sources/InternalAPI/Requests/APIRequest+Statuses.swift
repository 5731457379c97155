import APIModel
import Payments

extension APIRequest {
    /// A parameter that lists words of `statuses`, such as `success,refunded`; nil when it is not
    /// given.
    func statuses(
        _ name: String,
        among statuses: [TransactionStatus]
    ) throws(Problem) -> Set<TransactionStatus>? {
        guard let text = text(name) else { return nil }
        var found: Set<TransactionStatus> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let status = TransactionStatus(word: word), statuses.contains(status) else {
                let words = statuses.map(\.word).joined(separator: ", ")
                throw Problem(
                    .invalidParameter,
                    "\(name) has to be one or more of \(words), with commas between.",
                    field: name
                )
            }
            found.insert(status)
        }
        return found
    }
}
