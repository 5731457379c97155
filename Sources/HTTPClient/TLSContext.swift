import COpenSSL

/// The `SSL_CTX` that all TLS connections share: trusted certificates, versions and options.
///
/// Sharing between threads is safe: the context is not changed after `init`, its reference count is
/// atomic, and OpenSSL protects its caches with locks.
@safe final class TLSContext: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    /// - Parameter caFile: a file of PEM certificates to trust instead of the system's.
    /// - Throws: an error of phase `prepare` if no certificates can be loaded.
    init(caFile: String?) throws(HTTPClientError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .unsendable("SSL_CTX_new: \(drainErrorQueue())")
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
            throw .unsendable("SSL_CTX_set_min_proto_version: \(drainErrorQueue())")
        }
        _ = unsafe SSL_CTX_set_options(context, cashin_ssl_options)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        if let caFile {
            guard unsafe SSL_CTX_load_verify_file(context, caFile) == 1 else {
                throw .unsendable("no certificates in \(caFile): \(drainErrorQueue())")
            }
        } else if unsafe SSL_CTX_set_default_verify_paths(context) != 1 {
            throw .unsendable("no system trust store: \(drainErrorQueue())")
        }
    }

    deinit { unsafe SSL_CTX_free(pointer) }
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
