import COpenSSL

/// An error of this module; never contains key material, signatures or signed bytes.
package enum CryptoError: Error, Equatable, Sendable {
    /// The OpenSSL function `call` failed; `reasons` are the texts of its error queue, oldest
    /// first.
    case failed(call: String, reasons: [String])

    /// A key cannot be used; the problem is described for the operator who configured it.
    case unusableKey(KeyProblem)

    /// The failure of `call`, with the reasons from this thread's OpenSSL error queue.
    static func drained(_ call: StaticString) -> CryptoError {
        .failed(call: "\(call)", reasons: drainErrorQueue())
    }
}

extension CryptoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .failed(let call, let reasons):
            reasons.isEmpty
                ? "\(call) failed" : "\(call) failed: \(reasons.joined(separator: "; "))"
        case .unusableKey(let problem):
            problem.description
        }
    }
}

/// Empties this thread's OpenSSL error queue, so that a later call does not report these reasons.
private func drainErrorQueue() -> [String] {
    var reasons: [String] = []
    while true {
        let code = ERR_get_error()
        if code == 0 { return reasons }
        if let text = unsafe ERR_reason_error_string(code) {
            reasons.append(unsafe String(cString: text))
        } else {
            reasons.append("error \(code)")
        }
    }
}
