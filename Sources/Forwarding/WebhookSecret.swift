import Crypto
import System

/// The secret that a forwarder shares with the receiver of its messages.
///
/// The form is that of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64.
package struct WebhookSecret: Sendable {
    /// The key of the HMAC.
    let key: [UInt8]

    private static let prefix = "whsec_"
    private static let byteCounts = 24...64

    /// The largest file that is read, in bytes; a secret has 94 at most.
    private static let fileBytesMax = 4_096

    /// Why a file contains no secret.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// Parses a secret; white space around it is skipped.
    package init(_ text: String) throws(Problem) {
        let word = text.split(whereSeparator: \.isWhitespace)
        guard word.count == 1, word[0].hasPrefix(Self.prefix) else {
            throw Problem(description: "contains no secret, \(Self.expected)")
        }
        let encoded = Array(word[0].dropFirst(Self.prefix.count).utf8)
        guard let key = Base64.decode(encoded.span) else {
            throw Problem(description: "has a secret that is not base64, \(Self.expected)")
        }
        guard Self.byteCounts.contains(key.count) else {
            throw Problem(description: "has a secret of \(key.count) bytes, \(Self.expected)")
        }
        self.key = key
    }

    private static let expected =
        "expected whsec_ and 24 to 64 bytes in base64, such as by: "
        + "echo \"whsec_$(openssl rand -base64 32)\""

    /// Reads the secret in a file.
    ///
    /// - Throws: ``Problem``, whose text begins with the path.
    package init(file path: String) throws(Problem) {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents(reading: path, bytesMax: Self.fileBytesMax).bytes
        } catch {
            throw Problem(description: "\(path) cannot be read, \(error)")
        }
        do throws(Problem) {
            try self.init(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Problem(description: "\(path) \(error)")
        }
    }
}
