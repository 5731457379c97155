import COpenSSL

/// The `SSL_CTX` that all TLS connections share: trusted certificates, the client's own, versions
/// and options.
///
/// Sharing between threads is safe: the context is not changed after `init`, its reference count is
/// atomic, and OpenSSL protects its caches with locks.
@safe final class TLSContext: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Reads the files that the settings name.
    init(_ settings: ClientSettings) throws(TLSFileError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw TLSFileError(.none, "", "SSL_CTX_new: \(drainErrorQueue())")
        }
        unsafe pointer = context
        let minimum = Int(TLS1_2_VERSION)
        let isRestricted = unsafe SSL_CTX_ctrl(
            context,
            SSL_CTRL_SET_MIN_PROTO_VERSION,
            minimum,
            nil
        )
        guard isRestricted == 1 else {
            throw TLSFileError(.none, "", "SSL_CTX_set_min_proto_version: \(drainErrorQueue())")
        }
        _ = unsafe SSL_CTX_set_options(context, cashin_ssl_options)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        try loadTrust(settings.caFile)
        try loadIdentity(settings.clientCertificateFile, settings.clientKeyFile)
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    private func loadTrust(_ caFile: String?) throws(TLSFileError) {
        guard let caFile else {
            guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw TLSFileError(.none, "", "no system trust store: \(drainErrorQueue())")
            }
            return
        }
        guard unsafe SSL_CTX_load_verify_file(pointer, caFile) == 1 else {
            throw TLSFileError(
                .caFile,
                caFile,
                "holds no certificate (\(drainErrorQueue())), expected PEM certificates"
            )
        }
    }

    /// Loads the client's certificate and its key; both or neither are given.
    private func loadIdentity(
        _ certificateFile: String?,
        _ keyFile: String?
    ) throws(TLSFileError) {
        switch (certificateFile, keyFile) {
        case (nil, nil): return
        case (let certificateFile?, let keyFile?):
            try loadIdentity(certificateFile: certificateFile, keyFile: keyFile)
        case (.some, nil):
            throw TLSFileError(
                .clientKeyFile,
                "",
                "is missing, expected the key of clientCertificateFile"
            )
        case (nil, .some):
            throw TLSFileError(
                .clientCertificateFile,
                "",
                "is missing, expected the certificate of clientKeyFile"
            )
        }
    }

    private func loadIdentity(
        certificateFile: String,
        keyFile: String
    ) throws(TLSFileError) {
        // Without a callback, OpenSSL would ask for a passphrase on the terminal.
        unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in -1 }
        guard unsafe SSL_CTX_use_certificate_chain_file(pointer, certificateFile) == 1 else {
            throw TLSFileError(
                .clientCertificateFile,
                certificateFile,
                "holds no certificate (\(drainErrorQueue())), expected one in PEM"
            )
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(pointer, keyFile, SSL_FILETYPE_PEM) == 1 else {
            let isOther = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH
            let reasons = drainErrorQueue()
            throw TLSFileError(
                .clientKeyFile,
                keyFile,
                isOther
                    ? "holds another key than that of \"\(certificateFile)\", expected its key"
                    : "holds no usable key (\(reasons)), expected an unencrypted private key in PEM"
            )
        }
        guard unsafe SSL_CTX_check_private_key(pointer) == 1 else {
            ERR_clear_error()
            throw TLSFileError(
                .clientKeyFile,
                keyFile,
                "holds another key than that of \"\(certificateFile)\", expected its key"
            )
        }
    }
}

extension ClientSettings {
    /// Reads the files for TLS, as ``HTTPClient`` does when it is made.
    package func checkFiles() throws(TLSFileError) { _ = try TLSContext(self) }
}

/// Empties this thread's OpenSSL error queue; returns the reasons, oldest first.
func drainErrorQueue() -> String {
    var reasons: [String] = []
    while true {
        let code = ERR_get_error()
        if code == 0 { return reasons.joined(separator: "; ") }
        if let text = unsafe ERR_reason_error_string(code) {
            reasons.append(unsafe String(cString: text))
        } else {
            reasons.append("error \(code)")
        }
    }
}
