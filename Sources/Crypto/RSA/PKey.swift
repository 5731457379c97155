import COpenSSL

/// An `EVP_PKEY`.
///
/// Sharing between threads is safe: the key is not changed after creation, its reference count is
/// atomic, and OpenSSL protects its caches (Montgomery form, blinding) with locks.
@safe final class PKey: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes ownership of one reference.
    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// Bits of the modulus.
    var bits: Int { unsafe Int(EVP_PKEY_get_bits(pointer)) }

    /// Parses the key in a file: PEM, base64 or DER; rejects any kind but `expected`.
    static func read(text: [UInt8], expected: KeyProblem.Kind) throws(CryptoError) -> PKey {
        // A key in DER begins with a SEQUENCE, which as text is the digit 0.
        if text.first == 0x30 {
            do throws(CryptoError) { return try decode(text, expected: expected) } catch {
                guard error == .unusableKey(.notDER) else { throw error }
            }
        }
        do throws(CryptoError) { return try read(armour: text, expected: expected) } catch {
            guard case .unusableKey(let problem) = error, problem.isUnrecognised,
                let form = KeyForm(text)
            else { throw error }
            throw .unusableKey(.form(form, expected: expected))
        }
    }

    /// Parses the key in PEM or base64.
    private static func read(
        armour text: [UInt8],
        expected: KeyProblem.Kind
    ) throws(CryptoError) -> PKey {
        let der: [UInt8]
        do throws(KeyProblem) {
            der = try PEM.decode(text)
        } catch .wrongKind(let found, _) {
            throw .unusableKey(.wrongKind(found, expected: expected))
        } catch {
            throw .unusableKey(error)
        }
        return try decode(der, expected: expected)
    }

    /// Parses the key in `der`; rejects any kind but `expected`.
    static func decode(_ der: [UInt8], expected: KeyProblem.Kind) throws(CryptoError) -> PKey {
        // Each failed attempt leaves errors in the queue, although a later attempt may succeed.
        defer { ERR_clear_error() }
        let found: KeyProblem.Kind
        if let key = readPublic(der) {
            if expected == .publicKey { return try key.checkedRSA() }
            found = .publicKey
        } else if let key = readPrivate(der) {
            if expected == .privateKey { return try key.checkedRSA() }
            found = .privateKey
        } else if let key = readCertificate(der) {
            // Unambiguous: a certificate holds exactly one key, and it is public.
            if expected == .publicKey { return try key.checkedRSA() }
            found = .certificate
        } else if isEncrypted(der) {
            found = .encryptedPrivateKey
        } else {
            throw .unusableKey(.notDER)
        }
        throw .unusableKey(.wrongKind(found, expected: expected))
    }

    /// Rejects a key that is not RSA (including PSS-only keys), or outside ``RSAKeyBits``.
    private func checkedRSA() throws(CryptoError) -> PKey {
        guard unsafe EVP_PKEY_is_a(pointer, "RSA") == 1 else {
            let name = unsafe EVP_PKEY_get0_type_name(pointer)
            let algorithm = unsafe name.map { unsafe String(cString: $0) } ?? "unknown"
            throw .unusableKey(.notRSA(algorithm: algorithm))
        }
        guard (RSAKeyBits.min...RSAKeyBits.max).contains(bits) else {
            throw .unusableKey(.bits(bits))
        }
        return self
    }

    /// Runs OpenSSL's consistency check of the key, which takes some milliseconds.
    func check(isPrivate: Bool) throws(CryptoError) {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else {
            throw .drained("EVP_PKEY_CTX_new_from_pkey")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let result = unsafe isPrivate ? EVP_PKEY_check(context) : EVP_PKEY_public_check(context)
        guard result == 1 else {
            ERR_clear_error()
            throw .unusableKey(.inconsistent)
        }
    }

    /// Parses an SPKI or a PKCS#1 public key.
    private static func readPublic(_ der: [UInt8]) -> PKey? {
        if let key = unsafe read(der, with: { unsafe d2i_PUBKEY(nil, $0, $1) }) { return key }
        return unsafe read(der, with: { unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, $0, $1) })
    }

    /// Parses a private key in PKCS#8 or in the traditional form of its algorithm.
    private static func readPrivate(_ der: [UInt8]) -> PKey? {
        unsafe read(der, with: { unsafe d2i_AutoPrivateKey(nil, $0, $1) })
    }

    /// Parses `der` with a `d2i_` function; nil if bytes remain.
    private static func read(
        _ der: [UInt8],
        with d2i: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
    ) -> PKey? {
        unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            guard let pointer = unsafe d2i(&cursor, buffer.count) else { return nil }
            let key = unsafe PKey(owning: pointer)
            let end = unsafe buffer.baseAddress?.advanced(by: buffer.count)
            return unsafe cursor == end ? key : nil
        }
    }

    /// The public key of a certificate (RFC 5280); its names and dates are not looked at.
    private static func readCertificate(_ der: [UInt8]) -> PKey? {
        unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            guard let certificate = unsafe d2i_X509(nil, &cursor, buffer.count) else { return nil }
            defer { unsafe X509_free(certificate) }
            guard unsafe cursor == buffer.baseAddress?.advanced(by: buffer.count),
                let pointer = unsafe X509_get_pubkey(certificate)
            else { return nil }
            return unsafe PKey(owning: pointer)
        }
    }

    private static func isEncrypted(_ der: [UInt8]) -> Bool {
        unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let envelope = unsafe d2i_X509_SIG(nil, &cursor, buffer.count)
            defer { unsafe X509_SIG_free(envelope) }
            return unsafe envelope != nil
        }
    }
}

/// The bytes that an `i2d_` function writes, called once for the length and once for the content.
func encodedDER(
    _ call: StaticString,
    _ i2d: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> CInt
) throws(CryptoError) -> [UInt8] {
    let count = Int(i2d(nil))
    guard count > 0 else { throw .drained(call) }
    var written = 0
    let der = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
        var cursor = buffer.baseAddress
        written = unsafe Int(i2d(&cursor))
        initialised = max(written, 0)
    }
    guard written == count else { throw .drained(call) }
    return der
}
