package import Configuration

/// The names of consumers: where they stand in requests, and who may move whom.
package enum ConsumerName {
    package static let expected =
        "1 to 64 letters, digits, \".\", \"_\" or \"-\", the first a letter or digit"

    /// The same as a regular expression.
    static let pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

    package static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= 64 else {
            return false
        }
        return name.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Whether a token may move or remove the consumer: it has the token's own name, or one that
    /// begins with it and a dot; or the token may do everything.
    package static func isOf(_ token: Token, _ name: String) -> Bool {
        token.allows(.admin) || name == token.name || name.hasPrefix(token.name + ".")
    }
}

extension Problem {
    /// The problem of a consumer that is not there.
    package static func noConsumer(_ name: String, field: String) -> Problem {
        Problem(.consumerNotFound, "There is no consumer \(name).", field: field)
    }
}
