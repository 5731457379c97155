package import Crypto
import System

/// What the key and token files of a configuration hold.
package struct LoadedKeys: Sendable {
    /// One of the gateway's keys and where it came from.
    package struct PublicKey: Sendable {
        package let file: String
        package let key: RSAPublicKey
    }

    /// The gateway's; several during a rotation, none: every callback is refused and kept.
    package internal(set) var publicKeys: [PublicKey] = []
    /// The merchant's, for outbound calls.
    package internal(set) var privateKey: RSAPrivateKey?
    package internal(set) var tokens: [Token] = []

    /// Key and token files are small; what is larger is something else.
    package static let fileBytesMax = 65_536
}

extension ConfigurationSection {
    /// Reads the gateway's public keys.
    func loadPublicKeys(_ key: String, _ files: [String]) {
        for (index, file) in files.enumerated() {
            guard let contents = contents(of: file, key, index) else { continue }
            do throws(CryptoError) {
                let publicKey = try RSAPublicKey(contents.bytes)
                comment(key, at: index, identity(of: publicKey))
                warnOfRepeatedKey(publicKey, key, index)
                reader.keys.publicKeys.append(.init(file: file, key: publicKey))
            } catch {
                report(key, at: index, "\(quoted(file)) \(error), expected an RSA public key")
            }
        }
    }

    /// Reads the merchant's private key.
    func loadPrivateKey(_ key: String, _ file: String) {
        guard let contents = contents(of: file, key, nil) else { return }
        warnIfOpen(contents, file, key)
        do throws(CryptoError) {
            let privateKey = try RSAPrivateKey(contents.bytes)
            comment(key, "public half: \(identity(of: privateKey.publicKey))")
            reader.keys.privateKey = privateKey
        } catch {
            report(key, "\(quoted(file)) \(error), expected an RSA private key")
        }
    }

    /// Reads the token of one element of `internal.tokens`.
    func loadToken(_ key: String, _ settings: Configuration.TokenSettings) {
        guard let contents = contents(of: settings.file, key, nil) else { return }
        warnIfOpen(contents, settings.file, key)
        do throws(Malformed) {
            let token = try Token(
                name: settings.name,
                scopes: settings.scopes,
                contents: contents.bytes
            )
            if let other = reader.keys.tokens.first(where: { $0.hasSecret(of: token) }) {
                report(key, "holds the same token as \(quoted(other.name)), expected another one")
            }
            reader.keys.tokens.append(token)
        } catch {
            report(key, "\(quoted(settings.file)) \(error.text)")
        }
    }

    /// Checks that certificates to trust can be read.
    func checkCertificates(_ key: String, _ file: String) {
        guard let contents = contents(of: file, key, nil, bytesMax: 16_777_216) else { return }
        let text = String(decoding: contents.bytes, as: UTF8.self)
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            report(key, "\(quoted(file)) holds no certificate, expected PEM certificates")
        }
    }

    private func contents(
        of file: String,
        _ key: String,
        _ index: Int?,
        bytesMax: Int = LoadedKeys.fileBytesMax
    ) -> FileContents? {
        guard reader.context.readsFiles else { return nil }
        do throws(FileError) {
            let contents = try FileContents(reading: file, bytesMax: bytesMax)
            reader.note(contents.bytes, of: file, keyPath(key) + (index.map { "[\($0)]" } ?? ""))
            return contents
        } catch {
            report(
                key,
                at: index,
                "\(quoted(file)) cannot be read, \(error); expected a readable file"
            )
            return nil
        }
    }

    private func warnIfOpen(_ contents: FileContents, _ file: String, _ key: String) {
        guard contents.mode & 0o077 != 0 else { return }
        let mode = String(contents.mode, radix: 8)
        warn(key, "\(quoted(file)) is open to others (mode \(mode)), expected mode 600")
    }

    private func warnOfRepeatedKey(_ publicKey: RSAPublicKey, _ key: String, _ index: Int) {
        guard let other = reader.keys.publicKeys.first(where: { $0.key == publicKey }) else {
            return
        }
        warn(key, at: index, "holds the same key as \(quoted(other.file))")
    }

    private func identity(of key: RSAPublicKey) -> String {
        "\(key.modulusBytes * 8) bits, SHA-256 \(key.fingerprint)"
    }

    private func quoted(_ text: String) -> String { JSON5Value.literal(text) }
}
