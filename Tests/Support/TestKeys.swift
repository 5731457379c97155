package import Crypto

/// RSA keys made once per test process: making one takes a tenth of a second.
package struct TestKeys: Sendable {
    /// The one whose public half the receiver knows.
    package let gateway: RSAPrivateKey

    /// One that nobody trusts, until a test says otherwise.
    package let other: RSAPrivateKey

    /// The keys of this process.
    package static func shared() throws -> TestKeys { try result.get() }

    private static let result = Result { try TestKeys() }

    private init() throws {
        gateway = try RSAPrivateKey.generate()
        other = try RSAPrivateKey.generate()
    }
}
