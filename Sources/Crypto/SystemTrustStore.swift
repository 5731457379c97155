import COpenSSL
import Glibc

/// Where OpenSSL looks for the certificates that it trusts by default
/// (SSL_CTX_load_verify_locations(3)).
package enum SystemTrustStore {
    /// How many certificates the default file has; nil if OpenSSL failed.
    package static func certificateCountOfFile() -> Int? {
        guard let store = unsafe X509_STORE_new() else { return nil }
        defer {
            unsafe X509_STORE_free(store)
            ERR_clear_error()
        }
        guard unsafe X509_STORE_set_default_paths(store) == 1 else { return nil }
        return Int(unsafe OPENSSL_sk_num(X509_STORE_get0_objects(store)))
    }

    /// The default file, all of whose certificates are trusted.
    package static var file: String {
        unsafe place(X509_get_default_cert_file_env(), X509_get_default_cert_file())
    }

    /// The default directories, in which certificates are looked up by the hash of their subject.
    package static var directories: [String] {
        unsafe place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir())
            .split(separator: ":").map(String.init)
    }

    /// The value of the environment variable `name`, else `standard`; both are OpenSSL's constants.
    private static func place(
        _ name: UnsafePointer<CChar>?,
        _ standard: UnsafePointer<CChar>?
    ) -> String {
        if let name = unsafe name, let value = unsafe getenv(name), unsafe value[0] != 0 {
            return unsafe String(cString: value)
        }
        return unsafe standard.map { unsafe String(cString: $0) } ?? ""
    }
}
