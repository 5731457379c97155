import COpenSSL
import System

/// TLS over a TCP connection: an `SSL` with two memory BIOs.
///
/// OpenSSL does not access the socket. It reads and writes the BIOs, and this type moves bytes
/// between them and the socket, so that limits and interruptions apply to every wait. Not Sendable:
/// only the connection's queue uses it.
@safe final class TLSStream: ByteStream {
    private let socket: SocketStream
    private let ssl: OpaquePointer

    /// Memory BIOs, owned by `ssl`: bytes from the server, and bytes to send.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    private var isFailed = false

    /// Whether the server has sent anything but its part of the handshake.
    private var hasContent = false
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    var sentBytes: Int { socket.sentBytes }

    /// Performs the handshake over `socket`, and requires a certificate valid for `origin`'s host.
    init(
        over socket: SocketStream,
        to origin: Origin,
        context: TLSContext,
        within limit: WaitLimit
    ) throws(StreamError) {
        self.socket = socket
        ERR_clear_error()
        guard let ssl = unsafe SSL_new(context.pointer) else {
            throw .tls("SSL_new: \(drainErrorQueue())")
        }
        let incoming = unsafe BIO_new(BIO_s_mem())
        let outgoing = unsafe BIO_new(BIO_s_mem())
        guard let incoming = unsafe incoming, let outgoing = unsafe outgoing else {
            unsafe BIO_free(incoming)
            unsafe BIO_free(outgoing)
            unsafe SSL_free(ssl)
            throw .tls("BIO_new: \(drainErrorQueue())")
        }
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        unsafe (self.ssl, self.incoming, self.outgoing) = unsafe (ssl, incoming, outgoing)
        unsafe SSL_set_connect_state(ssl)
        try expect(origin)
        try shakeHands(within: limit)
    }

    deinit {
        // RFC 8446 section 6.1: send close_notify. After a failure SSL_shutdown must not be called.
        if !isFailed, unsafe SSL_is_init_finished(ssl) == 1 {
            ERR_clear_error()
            _ = unsafe SSL_shutdown(ssl)
            socket.sendNow(readOutgoing())
            ERR_clear_error()
        }
        unsafe SSL_free(ssl)
    }

    /// Sends the host name in the handshake, and requires it in the certificate.
    ///
    /// SNI is for names only (RFC 6066 section 3). The certificate must have the host as a
    /// subjectAltName (RFC 9110 section 4.3.4).
    private func expect(_ origin: Origin) throws(StreamError) {
        let parameters = unsafe SSL_get0_param(ssl)
        let isSet: Bool
        if let address = origin.address {
            // `description` is the canonical text, which X509_VERIFY_PARAM_set1_ip_asc accepts.
            isSet =
                unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, address.description) == 1
        } else {
            let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
            unsafe X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(flags))
            var name = Array(origin.host.utf8CString)
            isSet = unsafe name.withUnsafeMutableBufferPointer { name in
                let namesHost = unsafe SSL_ctrl(
                    ssl,
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    Int(TLSEXT_NAMETYPE_host_name),
                    name.baseAddress
                )
                let checksHost = unsafe X509_VERIFY_PARAM_set1_host(parameters, name.baseAddress, 0)
                return namesHost == 1 && checksHost == 1
            }
        }
        if !isSet { throw .tls("the host cannot be checked: \(drainErrorQueue())") }
    }

    private func shakeHands(within limit: WaitLimit) throws(StreamError) {
        while true {
            ERR_clear_error()
            let progress = progress(of: unsafe SSL_do_handshake(ssl))
            do throws(StreamError) { try flush(within: limit) } catch {
                // After a failed handshake an alert is pending. If it cannot be sent, the handshake
                // error is still the one to report.
                if case .failed(let failure) = progress { throw failure }
                throw error
            }
            switch progress {
            case .done: return
            case .wantsMore: try fill(within: limit)
            case .ended: throw .ended
            case .failed(let failure): throw failure
            }
        }
    }

    func send(_ bytes: [UInt8], within limit: WaitLimit) throws(StreamError) {
        if bytes.isEmpty { return }
        guard let count = CInt(exactly: bytes.count) else { throw .tls("the request is too large") }
        ERR_clear_error()
        // A memory BIO accepts all bytes, so SSL_write never writes partially.
        switch progress(of: unsafe SSL_write(ssl, bytes, count)) {
        case .done:
            do throws(StreamError) { try flush(within: limit) } catch {
                throw pendingAlert() ?? error
            }
        // Writing waits for the server only during renegotiation, which is disabled.
        case .wantsMore: throw .tls("SSL_write waits for the server")
        case .ended: throw .ended
        case .failed(let failure): throw failure
        }
    }

    /// The alert that has arrived before the server closed the connection; nil if there is none.
    ///
    /// A server that rejects the handshake closes at once, so the request may fail to be sent
    /// before the alert is read.
    private func pendingAlert() -> StreamError? {
        var byte: [UInt8] = [0]
        do throws(StreamError) {
            while true {
                switch read(into: &byte) {
                case .failed(.handshakeRejected(let alert)): return .handshakeRejected(alert)
                case .done, .ended, .failed: return nil
                case .wantsMore: break
                }
                guard let count = try socket.receiveNow(into: &buffer), count > 0 else {
                    return nil
                }
                try put(count)
            }
        } catch { return nil }
    }

    func receive(
        into buffer: inout [UInt8],
        within limit: WaitLimit
    ) throws(StreamError) -> Int {
        while true {
            let progress = read(into: &buffer)
            if case .failed(let failure) = progress {
                // An alert for the server may be pending; the failure is the one to report.
                _ = try? flush(within: limit)
                throw failure
            }
            // Send responses to key updates and other handshake messages.
            try flush(within: limit)
            switch progress {
            case .done(let count): return count
            case .wantsMore: try fill(within: limit)
            case .ended: return 0
            case .failed(let failure): throw failure
            }
        }
    }

    /// Whether no content has arrived; records without content, such as session tickets, are
    /// skipped.
    func isSilent() -> Bool {
        var byte: [UInt8] = [0]
        do throws(StreamError) {
            while true {
                guard case .wantsMore = read(into: &byte) else { return false }
                guard let count = try socket.receiveNow(into: &buffer) else { return true }
                guard count > 0 else { return false }
                try put(count)
            }
        } catch { return false }
    }

    private func read(into buffer: inout [UInt8]) -> Progress {
        ERR_clear_error()
        let room = CInt(clamping: buffer.count)
        let progress = progress(of: unsafe SSL_read(ssl, &buffer, room))
        if case .done = progress { hasContent = true }
        return progress
    }

    /// Waits for bytes from the server and passes them to OpenSSL.
    ///
    /// - Throws: `ended` if the connection ends without a close_notify alert; a party other than
    ///   the server may have cut it (RFC 8446 section 6.1).
    private func fill(within limit: WaitLimit) throws(StreamError) {
        let count = try socket.receive(into: &buffer, within: limit)
        guard count > 0 else { throw .ended }
        try put(count)
    }

    private func put(_ count: Int) throws(StreamError) {
        guard unsafe BIO_write(incoming, buffer, CInt(count)) == CInt(count) else {
            throw .tls("BIO_write: \(drainErrorQueue())")
        }
    }

    /// Sends the bytes that OpenSSL has written.
    private func flush(within limit: WaitLimit) throws(StreamError) {
        try socket.send(readOutgoing(), within: limit)
    }

    private func readOutgoing() -> [UInt8] {
        let count = unsafe BIO_ctrl_pending(outgoing)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let readCount = unsafe BIO_read(outgoing, &bytes, CInt(clamping: count))
        bytes.removeLast(count - Int(max(readCount, 0)))
        return bytes
    }
}

extension TLSStream {
    /// The result of an OpenSSL call.
    private enum Progress {
        /// Success, with the value returned: for `SSL_read` and `SSL_write` the number of bytes.
        case done(Int)
        /// OpenSSL needs more bytes from the server.
        case wantsMore
        /// The server has sent close_notify.
        case ended
        case failed(StreamError)
    }

    /// Classifies the result of the OpenSSL call just made.
    ///
    /// Call it directly after that call, because it reads this thread's error queue.
    private func progress(of result: CInt) -> Progress {
        if result > 0 { return .done(Int(result)) }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .ended
        default:
            isFailed = true
            let alert = TLSAlert(errorCode: ERR_peek_last_error())
            let text = failureText()
            if let alert, !hasContent { return .failed(.handshakeRejected(alert)) }
            return .failed(.tls(text))
        }
    }

    /// The certificate verification error, if there is one; else OpenSSL's reasons.
    private func failureText() -> String {
        let reasons = drainErrorQueue()
        let verification = unsafe SSL_get_verify_result(ssl)
        guard verification != Int(X509_V_OK) else {
            return reasons.isEmpty ? "TLS failed" : reasons
        }
        let text = unsafe String(cString: X509_verify_cert_error_string(verification))
        return "the certificate was not accepted: \(text) (\(verification))"
    }
}
