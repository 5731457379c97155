package import Crypto
import JSON5
import System

/// The contents of the key and token files of a configuration.
package struct LoadedKeys: Sendable {
    /// A public key of the gateway and the file that it was read from.
    package struct PublicKey: Sendable {
        package let file: String
        package let key: RSAPublicKey
    }

    /// The gateway's public keys: several during a rotation; if there is none, every callback is
    /// refused and kept.
    package internal(set) var publicKeys: [PublicKey] = []
    /// The merchant's private key, which signs outbound calls; nil in a receive-only configuration.
    package internal(set) var privateKey: RSAPrivateKey?
    package internal(set) var tokens: [Token] = []

    /// The maximum size of a key or token file; a larger file is something else.
    package static let fileBytesMax = 65_536
}

extension ConfigurationSection {
    /// Reads the gateway's public keys, and puts their fingerprints into the effective text.
    func loadPublicKeys(_ key: String, _ files: [String]) {
        for (index, file) in files.enumerated() {
            guard let contents = contents(of: file, key, index) else { continue }
            do throws(CryptoError) {
                let publicKey = try RSAPublicKey(contents.bytes)
                comment(key, at: index, identity(of: publicKey))
                warnOfRepeatedKey(publicKey, key, index)
                reader.keys.publicKeys.append(.init(file: file, key: publicKey))
            } catch {
                report(key, at: index, "\(quoted(file)) \(error.message(file: file))")
            }
        }
    }

    /// Reads the merchant's private key; only the fingerprint of its public key is printed.
    func loadPrivateKey(_ key: String, _ file: String) {
        guard let contents = contents(of: file, key, nil) else { return }
        warnIfOpen(contents, file, key)
        do throws(CryptoError) {
            let privateKey = try RSAPrivateKey(contents.bytes)
            comment(key, "public key: \(identity(of: privateKey.publicKey))")
            reader.keys.privateKey = privateKey
        } catch {
            report(key, "\(quoted(file)) \(error.message(file: file))")
        }
    }

    /// Reads the token of one element of `internal.tokens`.
    ///
    /// Two elements with the same secret are a problem: a request would not show which one it used.
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
                report(
                    key,
                    "holds the same token as \(quoted(other.name)), expected a different token"
                )
            }
            reader.keys.tokens.append(token)
        } catch {
            report(key, "\(quoted(settings.file)) \(error.text)")
        }
    }

    /// Whether a file for TLS can be read; if not, a problem was reported.
    func isReadable(_ file: String, _ key: String) -> Bool {
        guard let contents = contents(of: file, key, nil, bytesMax: 16_777_216) else {
            return false
        }
        if key == "clientKeyFile" { warnIfOpen(contents, file, key) }
        return true
    }

    /// The contents of a file that `key` names; nil if files are not to be read, or after a problem
    /// was reported.
    private func contents(
        of file: String,
        _ key: String,
        _ index: Int?,
        bytesMax: Int = LoadedKeys.fileBytesMax
    ) -> FileContents? {
        guard reader.context.readsFiles else { return nil }
        do throws(FileError) {
            let contents = try FileContents(reading: file, bytesMax: bytesMax)
            reader.recordDigest(
                contents.bytes,
                of: file,
                keyPath(key) + (index.map { "[\($0)]" } ?? "")
            )
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

    /// Warns of a secret that other users can access.
    ///
    /// Root's files may be readable by a group, so that the service's user can read them but not
    /// change them. PostgreSQL has the same rule for its private key:
    /// https://www.postgresql.org/docs/current/ssl-tcp.html
    private func warnIfOpen(_ contents: FileContents, _ file: String, _ key: String) {
        let ofOthers: UInt32 = contents.ownerID == 0 ? 0o037 : 0o077
        guard contents.mode & ofOthers != 0 else { return }
        let mode = String(contents.mode, radix: 8)
        warn(
            key,
            "\(quoted(file)) is accessible to other users (mode \(mode)), expected mode 600, "
                + "or 640 for a file of root"
        )
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
