import COpenSSL
import Glibc
import Support
import Testing

@testable import Crypto

/// Calls of OpenSSL that fail: without memory, and without the algorithm.
///
/// In processes of their own: OpenSSL fails for the whole process.
@Suite(.timeLimit(.minutes(10))) struct OpenSSLFailureTests {
    /// Something that this module computes with OpenSSL.
    private struct Computation {
        let name: String

        /// The result as text; nil where a signature or a file is refused without an error.
        let run: () throws -> String?

        init(_ name: String, _ run: @escaping () throws -> String?) {
            (self.name, self.run) = (name, run)
        }

        /// The only right result.
        func result() throws -> String { try #require(try run(), "\(name)") }
    }

    private static let message = Array("message".utf8)

    /// What needs no key.
    private static var digests: [Computation] {
        [
            Computation("digest") {
                let digest = try HashFunction.sha512.digest(of: message.span)
                return Hex.text(digest.span)
            },
            Computation("SHA-256") { try sha256(message.span).hex },
            Computation("authentication code") {
                let code = try HashFunction.sha256.authenticationCode(
                    of: message.span,
                    key: message.span
                )
                return Hex.text(code.span)
            },
            Computation("random bytes") { "\(try randomBytes(count: 32).count)" },
        ]
    }

    /// What is computed with a key that was read before.
    private static func signatures() throws -> [Computation] {
        let key = try RSAPrivateKey(Fixture.bytes("key-pkcs8.pem"))
        let signature = try key.sign(message.span)
        return [
            Computation("signature") {
                let signature = try key.sign(message.span)
                return Hex.text(signature.span)
            },
            Computation("recovered digest") {
                try DigestRecoverer(key.publicKey).digest(in: signature.span)?.hex
            },
            Computation("content") {
                let content = try key.publicKey.content(of: signature.span)
                return content == .unreadable ? nil : String(describing: content)
            },
            Computation("public PEM") { try key.publicKey.pem() },
            Computation("private PEM") { try key.pem() },
        ]
    }

    /// What reads files.
    private static func files() throws -> [Computation] {
        let publicKey = try Fixture.bytes("key-spki.pem")
        let privateKey = try Fixture.bytes("key-pkcs8.pem")
        let certificate = try Fixture.bytes("key-certificate.pem")
        setenv("SSL_CERT_FILE", Fixture.directory + "key-certificate.pem", 1)
        return [
            Computation("public key") { try RSAPublicKey(publicKey).fingerprint },
            Computation("private key") { try RSAPrivateKey(privateKey).publicKey.fingerprint },
            Computation("certificate") { try RSAPublicKey(certificate).fingerprint },
            Computation("trust store") {
                let count = SystemTrustStore.certificateCountOfFile()
                // OpenSSL does not tell an empty file from one that it could not read.
                return count.flatMap { $0 == 0 ? nil : "\($0)" }
            },
        ]
    }

    /// The failed call with at least one reason; nil for any other error.
    private static func call(of error: CryptoError) -> String? {
        guard case .failed(let call, let reasons) = error, !reasons.isEmpty else { return nil }
        return call
    }

    @Test func `without memory a call fails or is right, and the next one is right`() async {
        await #expect(processExitsWith: .success) {
            try #require(Memory.install())
            for work in try Self.digests + Self.signatures() + Self.files() {
                let right = try work.result()
                for lasts in [false, true] {
                    var allocation = 0
                    repeat {
                        let found = Memory.running(outAt: allocation, lasts: lasts) {
                            Result { try work.run() }
                        }
                        switch found {
                        case .success(let text):
                            try #require(text == nil || text == right, "\(work.name)")
                        case .failure(let error):
                            try #require(error is CryptoError, "\(work.name): \(error)")
                        }
                        // The check of a private key has thousands.
                        allocation += 1 + allocation / 8
                    } while Memory.hasRunOut && allocation < 200
                    try #require(try work.run() == right, "\(work.name) afterwards")
                }
            }
        }
    }

    @Test func `a key that cannot be generated for lack of memory is an error`() async {
        await #expect(processExitsWith: .success) {
            try #require(Memory.install())
            // OpenSSL 3.0 does not survive a failure while it sets itself up.
            _ = try RSAPrivateKey.generate()
            // The first allocations of about a thousand.
            for allocation in 0..<60 {
                let found = Memory.running(outAt: allocation, lasts: true) {
                    Result { try RSAPrivateKey.generate() }
                }
                try #require(throws: CryptoError.self, "\(allocation)") { try found.get() }
            }
        }
    }

    @Test func `a hasher without memory ends the process and says why`() async throws {
        let end = await #expect(
            processExitsWith: .failure,
            observing: [\.standardErrorContent]
        ) {
            try #require(Memory.install())
            let hasher = try SHA256()
            _ = hasher.digest(of: Self.message.span)
            _ = Memory.running(outAt: 0, lasts: true) { hasher.digest(of: Self.message.span) }
        }
        let text = String(decoding: try #require(end).standardErrorContent, as: UTF8.self)
        #expect(text.contains("EVP_DigestInit_ex2 failed"))
    }

    @Test func `without an algorithm the error names the call`() async {
        await #expect(processExitsWith: .success) {
            let keyed = try Self.signatures()
            // As a system does that demands validated modules and has none.
            try #require(EVP_set_default_properties(nil, "fips=yes") == 1)
            let calls = [
                "digest": "EVP_Q_digest", "authentication code": "EVP_Q_mac",
                "signature": "EVP_DigestSignInit",
                "recovered digest": "EVP_PKEY_verify_recover_init",
                "content": "EVP_PKEY_verify_recover_init",
            ]
            for work in Self.digests + keyed {
                guard let call = calls[work.name] else { continue }
                let error = try #require(throws: CryptoError.self) { try work.run() }
                try #require(Self.call(of: error) == call, "\(work.name): \(error)")
            }
            try #require(throws: CryptoError.self) { try RSAPrivateKey.generate() }
        }
    }

    @Test func `a process that starts without SHA-256 has no hasher and no recoverer`() async {
        await #expect(processExitsWith: .success) {
            try #require(EVP_set_default_properties(nil, "fips=yes") == 1)
            let error = try #require(throws: CryptoError.self) { try SHA256() }
            try #require(Self.call(of: error) == "EVP_MD_fetch")
            try #require(throws: CryptoError.self) { try randomBytes(count: 8) }
            let key = try Fixture.bytes("key-spki.pem")
            try #require(throws: CryptoError.self) { try RSAPublicKey(key) }
        }
    }
}

/// The memory of OpenSSL, which can run out. One thread uses it.
private enum Memory {
    /// The allocations until the next one that fails; nil if none does.
    private nonisolated(unsafe) static var left: Int?
    private nonisolated(unsafe) static var lasts = false

    /// Whether an allocation failed in the last call of ``running(outAt:lasts:_:)``.
    private(set) nonisolated(unsafe) static var hasRunOut = false

    /// Takes the place of `malloc`; false after OpenSSL has allocated something.
    static func install() -> Bool {
        CRYPTO_set_mem_functions(
            { count, _, _ in Memory.isOut() ? nil : malloc(count) },
            { pointer, count, _, _ in Memory.isOut() ? nil : realloc(pointer, count) },
            { pointer, _, _ in free(pointer) }
        ) == 1
    }

    /// Runs `body` while the allocation with this number fails, and all later ones if it `lasts`.
    static func running<Value>(outAt number: Int, lasts: Bool, _ body: () -> Value) -> Value {
        (left, Self.lasts, hasRunOut) = (number, lasts, false)
        defer { left = nil }
        return body()
    }

    private static func isOut() -> Bool {
        guard let count = left else { return false }
        if count > 0 {
            left = count - 1
            return false
        }
        hasRunOut = true
        if !lasts { left = nil }
        return true
    }
}
