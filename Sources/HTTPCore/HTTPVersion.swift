/// The HTTP versions that are distinguished; a later minor version of 1 is treated as 1.1 (RFC 9110
/// section 2.5).
package enum HTTPVersion: Sendable {
    case http10
    case http11
}
