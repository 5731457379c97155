/// Why a request to the internal listener was not authenticated.
package enum UnauthorizedReason: String, CaseIterable, Sendable {
    /// It has no header Authorization with a bearer token, or several.
    case noToken = "no_token"
    /// Its token is not configured.
    case unknownToken = "unknown_token"
}
