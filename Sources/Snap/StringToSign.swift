package import Crypto
import Text

/// SNAP BI's string to sign for asymmetric signatures without a token (article Protocol): `POST:`
/// path `:` lowercase hex SHA-256 of the body `:` X-TIMESTAMP.
package enum StringToSign {
    /// The part before the body's digest; constant for a path.
    package static func prefix(path: String) -> [UInt8] {
        Array("POST:\(path):".utf8)
    }

    /// Appends the whole string.
    ///
    /// - Parameter prefix: the result of ``prefix(path:)``.
    package static func append(
        prefix: [UInt8],
        bodyDigest: Digest,
        timestamp: Span<UInt8>,
        to output: inout [UInt8]
    ) {
        output.append(contentsOf: prefix)
        bodyDigest.appendHex(to: &output)
        output.append(UInt8(ascii: ":"))
        for index in timestamp.indices { output.append(timestamp[index]) }
    }

    /// The string to sign of an outbound request, over `body` as it will be sent.
    package static func bytes(
        path: String,
        body: Span<UInt8>,
        timestamp: String,
        hasher: SHA256
    ) -> [UInt8] {
        var output: [UInt8] = []
        append(
            prefix: prefix(path: path),
            bodyDigest: hasher.digest(of: body),
            timestamp: Array(timestamp.utf8).span,
            to: &output
        )
        return output
    }
}

/// One of the strings that the sender of a callback may have signed.
package struct SigningCandidate: Equatable, Sendable {
    package let path: String
    package let form: BodyForm

    /// SHA-256 of the body in that form.
    package let bodyDigest: Digest

    /// The string to sign.
    package let text: [UInt8]

    /// SHA-256 of the string, which a signature contains.
    package let digest: Digest

    /// All candidates for a callback: `forms` × `paths`. A form with the same bytes as another one
    /// is left out.
    package static func all(
        paths: [String],
        forms: [BodyForm],
        timestamp: Span<UInt8>,
        body: Span<UInt8>,
        hasher: SHA256
    ) -> [SigningCandidate] {
        var candidates: [SigningCandidate] = []
        for form in forms {
            let changed = form.changed(body)
            if form != .raw, changed == nil, forms.contains(.raw) { continue }
            let bodyDigest = changed.map { hasher.digest(of: $0.span) } ?? hasher.digest(of: body)
            for path in paths {
                var text: [UInt8] = []
                StringToSign.append(
                    prefix: StringToSign.prefix(path: path),
                    bodyDigest: bodyDigest,
                    timestamp: timestamp,
                    to: &text
                )
                candidates.append(
                    SigningCandidate(
                        path: path,
                        form: form,
                        bodyDigest: bodyDigest,
                        text: text,
                        digest: hasher.digest(of: text.span)
                    )
                )
            }
        }
        return candidates
    }
}

/// The bytes of `text` without space, tab, CR and LF outside of strings. Nil when there is nothing
/// to remove, so that `text` is its own minified form.
///
/// It is purely lexical and changes nothing else: signatures cover bytes, and a re-serialized tree
/// would change literals and escapes (article Protocol). It is defined for any bytes, JSON or not.
package func minified(_ text: Span<UInt8>) -> [UInt8]? {
    var isInString = false
    var index = 0
    while index < text.count {
        let byte = text[index]
        if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString {
            // The byte after a backslash never ends the string.
            if byte == UInt8(ascii: "\\") { index += 1 }
        } else if isJSONBlank(byte) {
            return minified(text, from: index)
        }
        index += 1
    }
    return nil
}

/// The same, when the first byte to remove is at `start`, outside of strings.
private func minified(_ text: Span<UInt8>, from start: Int) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    for index in 0..<start { output.append(text[index]) }
    var isInString = false
    var index = start
    while index < text.count {
        let byte = text[index]
        index += 1
        if !isInString && isJSONBlank(byte) { continue }
        output.append(byte)
        if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString, byte == UInt8(ascii: "\\"), index < text.count {
            output.append(text[index])
            index += 1
        }
    }
    return output
}
