/// The result of one check of `GET /readyz`.
package struct ReadinessCheck: Encodable, Sendable {
    /// What is checked.
    package enum Name: String, CaseIterable, Encodable, Sendable {
        /// Whether the database can be written.
        case database
        /// Whether a public key of the gateway is loaded.
        case keys
        /// Whether the receiver is stopping.
        case draining
    }

    package let name: Name

    /// `ok`, or the problem.
    package let status: String

    /// - Parameter problem: nil if the check succeeded.
    package init(_ name: Name, problem: String?) {
        self.name = name
        status = problem ?? "ok"
    }

    package var isOK: Bool { status == "ok" }
}
