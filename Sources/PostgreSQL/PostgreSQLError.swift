/// An error of PostgreSQL or of the connection to it.
///
/// Contains the server's primary message, and never its detail, which repeats values; they are
/// payments.
package struct PostgreSQLError: Error, Equatable, Sendable {
    /// What failed; with it, what is known about the connection.
    package enum Kind: Equatable, Sendable {
        /// libpq is missing, or is another library.
        case library
        /// The connection string is malformed.
        case string
        /// No connection could be made, or the connection has broken. It is closed.
        case connection
        /// The deadline has passed. The connection is closed.
        case timeout
        /// The server refused a statement. The connection is open; a transaction has failed.
        case statement
        /// The transaction is committed here, but is not known to be on the standby. The connection
        /// is closed.
        case unconfirmed
    }

    package private(set) var kind: Kind

    /// The server's SQLSTATE, five characters (PostgreSQL documentation, appendix A); empty when
    /// the server reported none.
    package let state: String

    package let message: String

    /// The statement or the step that failed.
    package let context: String

    /// Whether a commit was under way, so that the transaction may or may not be committed.
    package private(set) var isOutcomeUnknown: Bool

    init(
        _ kind: Kind,
        state: String = "",
        _ message: String,
        context: String,
        isOutcomeUnknown: Bool = false
    ) {
        self.kind = kind
        self.state = state
        self.message = message
        self.context = "\(context)"
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    static func library(_ message: String) -> Self {
        PostgreSQLError(.library, message, context: "load the library")
    }

    /// The same error, with which the server has ended the connection.
    var ofConnection: Self {
        var error = self
        error.kind = .connection
        return error
    }

    /// The same error, after which it is not known whether the transaction is committed.
    var withUnknownOutcome: Self {
        var error = self
        error.isOutcomeUnknown = true
        return error
    }
}

extension PostgreSQLError: CustomStringConvertible {
    package var description: String {
        let code = state.isEmpty ? "PostgreSQL" : "PostgreSQL error \(state)"
        return "\(code) (\(message)) in: \(context)"
    }
}
