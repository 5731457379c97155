/// The versions that are told apart: a later minor of 1 is spoken to as 1.1 (RFC 9110 section 2.5).
package enum HTTPVersion: Sendable {
    case http10
    case http11
}
