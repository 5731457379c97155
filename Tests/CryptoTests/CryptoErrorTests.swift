import COpenSSL
import Testing

@testable import Crypto

/// What an error of OpenSSL or a key says to the operator.
struct CryptoErrorTests {
    @Test(arguments: [
        ([], "EVP_DigestSign failed"), (["too small"], "EVP_DigestSign failed: too small"),
        (["one", "two"], "EVP_DigestSign failed: one; two"),
    ])
    func `a failed call is named with its reasons, oldest first`(
        reasons: [String],
        text: String
    ) {
        let error = CryptoError.failed(call: "EVP_DigestSign", reasons: reasons)
        #expect(error.description == text)
        #expect(error.message(file: "key.pem") == text, "no file is the cause")
    }

    @Test func `a key problem says the same as an error, with the file in its command`() {
        let problem = KeyProblem.wrongKind(.encryptedPrivateKey, expected: .publicKey)
        let error = CryptoError.unusableKey(problem)
        #expect(error.description == problem.description)
        #expect(error.description.hasSuffix("openssl pkey -in FILE -pubout -out NEW"))
        #expect(error.message(file: "a.pem").hasSuffix("pkey -in 'a.pem' -pubout -out NEW"))
    }

    @Test(arguments: [
        ("EC", "an EC"), ("ED25519", "an ED25519"), ("RSA-PSS", "an RSA-PSS"), ("DSA", "a DSA"),
    ])
    func `a key of another algorithm has the article of its name`(name: String, text: String) {
        let problem = KeyProblem.notRSA(algorithm: name)
        #expect(problem.description == "is \(text) key, expected RSA")
    }

    @Test(arguments: [
        (1_024, "RSA of 1024 bits, expected 2048 or more"),
        (16_385, "RSA of 16385 bits, expected 16384 or less"),
    ])
    func `a key outside the bounds names the nearer one`(bits: Int, text: String) {
        #expect(KeyProblem.bits(bits).description == text)
    }

    @Test func `a drained queue has no reasons left, and a system call's reason is its number`() {
        _ = CryptoError.drained("first")
        #expect(BIO_new_file("/none", "r") == nil)
        guard case .failed("BIO_new_file", let reasons) = CryptoError.drained("BIO_new_file") else {
            Issue.record("another error")
            return
        }
        #expect(reasons.first?.hasPrefix("error ") == true)
        #expect(reasons.last == "no such file")
        #expect(CryptoError.drained("second") == .failed(call: "second", reasons: []))
    }
}
