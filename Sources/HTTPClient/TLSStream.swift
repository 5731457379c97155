import COpenSSL
import Sockets

/// TLS over a connection: an `SSL` between two memory buffers.
///
/// OpenSSL never sees the socket. It reads and writes the buffers, and this type moves bytes
/// between them and the connection, where limits and interruptions hold for every wait. Not
/// Sendable: the connection's queue alone uses it.
@safe final class TLSStream: ByteStream {
    private let socket: SocketStream
    private let ssl: OpaquePointer

    /// Memory BIOs, owned by `ssl`: what the server sent, and what is to be sent to it.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    private var isFailed = false
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    var sentBytes: Int { socket.sentBytes }

    /// Shakes hands over `socket`, requiring a certificate that is valid for `origin`'s host.
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
        // RFC 8446 section 6.1: tell the server that nothing more will come. After a failure
        // SSL_shutdown must not be called.
        if !isFailed, unsafe SSL_is_init_finished(ssl) == 1 {
            ERR_clear_error()
            _ = unsafe SSL_shutdown(ssl)
            socket.sendNow(takeOutgoing())
            ERR_clear_error()
        }
        unsafe SSL_free(ssl)
    }

    /// Names the host in the handshake (SNI, RFC 6066 section 3, for names only) and requires it
    /// of the certificate (RFC 9110 section 4.3.4), where it must be a subjectAltName.
    private func expect(_ origin: Origin) throws(StreamError) {
        let parameters = unsafe SSL_get0_param(ssl)
        let isSet: Bool
        if let address = origin.address {
            // Its own text is the one form that X509_VERIFY_PARAM_set1_ip_asc is given.
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
                // A failure leaves an alert to be sent; that it cannot be is not the problem.
                if case .failed(let text) = progress { throw .tls(text) }
                throw error
            }
            switch progress {
            case .done: return
            case .wantsMore: try fill(within: limit)
            case .ended: throw .ended
            case .failed(let text): throw .tls(text)
            }
        }
    }

    func send(_ bytes: [UInt8], within limit: WaitLimit) throws(StreamError) {
        if bytes.isEmpty { return }
        guard let count = CInt(exactly: bytes.count) else { throw .tls("too much to send") }
        ERR_clear_error()
        // A memory BIO takes everything, so there is never a rest.
        switch progress(of: unsafe SSL_write(ssl, bytes, count)) {
        case .done: try flush(within: limit)
        // Only a renegotiation, which is refused, makes writing wait for the server.
        case .wantsMore: throw .tls("SSL_write waits for the server")
        case .ended: throw .ended
        case .failed(let text): throw .tls(text)
        }
    }

    func receive(
        into buffer: inout [UInt8],
        within limit: WaitLimit
    ) throws(StreamError) -> Int {
        while true {
            let progress = read(into: &buffer)
            // Answers to key updates and the like.
            try flush(within: limit)
            switch progress {
            case .done(let count): return count
            case .wantsMore: try fill(within: limit)
            case .ended: return 0
            case .failed(let text): throw .tls(text)
            }
        }
    }

    /// What has come may be records without content, such as session tickets.
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
        return progress(of: unsafe SSL_read(ssl, &buffer, room))
    }

    /// Waits for bytes of the server and hands them to OpenSSL.
    ///
    /// - Throws: `ended` when the connection ends without the close_notify alert: whoever cut it,
    ///   it need not have been the server (RFC 8446 section 6.1).
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

    /// Sends what OpenSSL has for the server.
    private func flush(within limit: WaitLimit) throws(StreamError) {
        try socket.send(takeOutgoing(), within: limit)
    }

    private func takeOutgoing() -> [UInt8] {
        let count = unsafe BIO_ctrl_pending(outgoing)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let taken = unsafe BIO_read(outgoing, &bytes, CInt(clamping: count))
        bytes.removeLast(count - Int(max(taken, 0)))
        return bytes
    }
}

extension TLSStream {
    /// What a call of OpenSSL came to.
    private enum Progress {
        /// With what it returned: for `SSL_read` and `SSL_write` a count of bytes.
        case done(Int)
        /// It cannot go on before the server has sent more.
        case wantsMore
        /// The server has said that nothing more will come.
        case ended
        case failed(String)
    }

    /// To be asked at once: it reads this thread's error queue.
    private func progress(of result: CInt) -> Progress {
        if result > 0 { return .done(Int(result)) }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .ended
        default:
            isFailed = true
            return .failed(failureText)
        }
    }

    /// The verification result when that is what failed, else OpenSSL's reasons.
    private var failureText: String {
        let reasons = drainErrorQueue()
        let verification = unsafe SSL_get_verify_result(ssl)
        guard verification != Int(X509_V_OK) else {
            return reasons.isEmpty ? "TLS failed" : reasons
        }
        let text = unsafe String(cString: X509_verify_cert_error_string(verification))
        return "the certificate was not accepted: \(text) (\(verification))"
    }
}
