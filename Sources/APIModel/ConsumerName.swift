package import Configuration

/// The syntax of consumer names, and the right of a token to change a consumer.
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

    /// Whether a token may move or remove the consumer.
    ///
    /// A token may do so for the consumer with its own name and for those whose names begin with
    /// its name and a dot; a token with the scope `admin` for all.
    package static func isOf(_ token: Token, _ name: String) -> Bool {
        token.allows(.admin) || name == token.name || name.hasPrefix(token.name + ".")
    }
}

extension Problem {
    /// The problem of an unknown consumer.
    package static func noConsumer(_ name: String, field: String) -> Problem {
        Problem(.consumerNotFound, "No consumer has the name \(name).", field: field)
    }
}
