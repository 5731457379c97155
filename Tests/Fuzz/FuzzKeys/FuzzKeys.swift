// Feeds arbitrary texts to the readers of keys and checks what must always hold:
//
// 1. Nothing crashes, and a refusal says something.
// 2. An accepted key is written and read again as the same key, with the same fingerprint.
// 3. A text is never both a public and a private key.
// 4. What an accepted private key signs, its public key recovers.
import Crypto

@c(LLVMFuzzerTestOneInput)
func fuzzKeys(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: start, count: count))
    let publicKey = check("a public key") { () throws(CryptoError) in try RSAPublicKey(text) }
    if let publicKey {
        let again = check("its PEM") { () throws(CryptoError) in
            try RSAPublicKey(try publicKey.pem())
        }
        precondition(again == publicKey && again?.fingerprint == publicKey.fingerprint)
        precondition(publicKey.bits >= 1_024 && publicKey.modulusBytes * 8 >= publicKey.bits)
    }
    let privateKey = check("a private key") { () throws(CryptoError) in try RSAPrivateKey(text) }
    if let privateKey {
        precondition(publicKey == nil, "a private key was accepted as a public one")
        checkSigning(privateKey)
    }
    return 0
}

/// The key, or nil when it is refused; a refusal has a text.
private func check<Key>(_ what: String, _ read: () throws(CryptoError) -> Key) -> Key? {
    do throws(CryptoError) { return try read() } catch {
        precondition(!"\(error)".isEmpty, "\(what) was refused without a reason")
        return nil
    }
}

private func checkSigning(_ key: RSAPrivateKey) {
    let message = Array("POST:/v1.0/debit/notify".utf8)
    // A damaged key may be of the right form and fail to sign.
    guard let signature = try? key.sign(message.span) else { return }
    guard let recoverer = try? DigestRecoverer(key.publicKey), let hasher = try? SHA256() else {
        preconditionFailure("no recoverer")
    }
    let digest = recoverer.digest(in: signature.span)
    precondition(digest == nil || digest == hasher.digest(of: message.span))
}
