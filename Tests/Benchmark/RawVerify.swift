import COpenSSL
import Glibc

/// The yardstick: `EVP_PKEY_verify` of a ready digest with a ready context, and nothing else.
final class RawVerify {
    private let key: OpaquePointer
    private let context: OpaquePointer
    private let digest = [UInt8](repeating: 7, count: 32)
    private var signature: [UInt8]

    /// CPU time of this thread spent in verifying so far.
    private(set) var nanosecondsSpent: UInt64 = 0
    private(set) var count = 0

    struct Failure: Error {}

    init() throws {
        guard let maker = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil),
            EVP_PKEY_keygen_init(maker) == 1,
            EVP_PKEY_CTX_set_rsa_keygen_bits(maker, 2_048) == 1
        else { throw Failure() }
        defer { EVP_PKEY_CTX_free(maker) }
        var made: OpaquePointer?
        guard EVP_PKEY_generate(maker, &made) == 1, let key = made,
            let signer = EVP_PKEY_CTX_new_from_pkey(nil, key, nil),
            let context = EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
        else { throw Failure() }
        defer { EVP_PKEY_CTX_free(signer) }
        var length = 256
        signature = [UInt8](repeating: 0, count: length)
        guard EVP_PKEY_sign_init(signer) == 1, Self.setUp(signer),
            EVP_PKEY_sign(signer, &signature, &length, digest, digest.count) == 1,
            EVP_PKEY_verify_init(context) == 1, Self.setUp(context)
        else { throw Failure() }
        self.key = key
        self.context = context
    }

    deinit {
        EVP_PKEY_CTX_free(context)
        EVP_PKEY_free(key)
    }

    private static func setUp(_ context: OpaquePointer) -> Bool {
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
            && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
    }

    /// Verifies `count` times; the first time warms the caches and is not counted.
    func run(_ count: Int) throws {
        try verify()
        let started = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        for _ in 0..<count { try verify() }
        nanosecondsSpent += nanoseconds(CLOCK_THREAD_CPUTIME_ID) - started
        self.count += count
    }

    /// The mean since the last call, in microseconds.
    func takeMicroseconds() -> Double {
        defer { (nanosecondsSpent, count) = (0, 0) }
        return count == 0 ? 0 : Double(nanosecondsSpent) / Double(count) / 1_000
    }

    private func verify() throws {
        let result = EVP_PKEY_verify(context, signature, signature.count, digest, digest.count)
        guard result == 1 else { throw Failure() }
    }
}
