package import Payments

/// A failure of no particular kind, by its text.
extension GatewayFailure: ExpressibleByStringLiteral {
    package init(stringLiteral detail: String) { self.init(.failed, detail) }
}
