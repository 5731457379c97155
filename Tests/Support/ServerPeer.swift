import COpenSSL
import Foundation

/// How a test server speaks TLS.
package struct ServerTLS: Sendable {
    let certificateFile: String
    let keyFile: String

    /// The only version it speaks, where it is not left to OpenSSL.
    var version: CInt?

    /// The authority of the client certificates that it requires; nil where it asks for none.
    var clientCAFile: String?

    package init(
        _ kind: Certificates.Kind,
        version: CInt? = nil,
        clientCAFile: String? = nil
    ) throws {
        let certificates = try Certificates.shared()
        certificateFile = certificates.file(kind)
        keyFile = certificates.keyFile
        self.version = version
        self.clientCAFile = clientCAFile
    }

    fileprivate func makeSSL(on raw: CInt) -> OpaquePointer? {
        guard let context = SSL_CTX_new(TLS_server_method()) else { return nil }
        defer { SSL_CTX_free(context) }
        SSL_CTX_use_certificate_file(context, certificateFile, SSL_FILETYPE_PEM)
        SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM)
        if let version {
            // Versions before 1.2 need the lowest security level.
            SSL_CTX_set_security_level(context, 0)
            SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil)
            SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        }
        if let clientCAFile {
            SSL_CTX_load_verify_file(context, clientCAFile)
            let mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            SSL_CTX_set_verify(context, mode, nil)
        }
        let ssl = SSL_new(context)
        SSL_set_fd(ssl, raw)
        return ssl
    }
}

/// The server's end of one connection: blocking, and waiting for nothing longer than a minute.
package final class ServerPeer {
    package enum Failure: Error {
        case call(String, CInt)
        case handshake
    }

    /// What the client named in the handshake.
    package private(set) var serverName: String?

    private let raw: CInt
    private let ssl: OpaquePointer?
    private var received: [UInt8] = []
    private var isCut = false
    private var closeAction: () -> Void = {}

    init(_ raw: CInt, tls: ServerTLS?) throws {
        self.raw = raw
        var wait = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        ssl = tls?.makeSSL(on: raw)
        guard let ssl else { return }
        guard SSL_accept(ssl) == 1 else { throw Failure.handshake }
        serverName = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)
            .map { String(cString: $0) }
    }

    deinit {
        if let ssl {
            if !isCut { SSL_shutdown(ssl) }
            SSL_free(ssl)
        }
        close(raw)
        closeAction()
    }

    /// Runs `action` when the connection has been closed.
    package func onClose(_ action: @escaping () -> Void) { closeAction = action }

    /// The next request with its body (by Content-Length); nil when the client has closed.
    package func readRequest() throws -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = received.firstRange(of: end) {
                let head = String(decoding: received[..<range.upperBound], as: UTF8.self)
                let length = head.split(separator: "\r\n")
                    .first { $0.hasPrefix("Content-Length: ") }
                    .flatMap { Int($0.dropFirst(16)) }
                let total = range.upperBound + (length ?? 0)
                if received.count >= total {
                    defer { received.removeFirst(total) }
                    return String(decoding: received[..<total], as: UTF8.self)
                }
            }
            guard try receiveMore() else { return nil }
        }
    }

    /// Waits until the client closes.
    package func waitForEnd() throws { while try receiveMore() {} }

    package func write(_ text: String) throws { try write(Array(text.utf8)) }

    package func write(_ bytes: [UInt8]) throws {
        if let ssl {
            guard SSL_write(ssl, bytes, CInt(bytes.count)) == bytes.count else {
                throw Failure.call("SSL_write", errno)
            }
            return
        }
        var start = 0
        while start < bytes.count {
            let rest = Array(bytes[start...])
            let count = send(raw, rest, rest.count, CInt(MSG_NOSIGNAL))
            guard count > 0 else { throw Failure.call("send", errno) }
            start += count
        }
    }

    /// The connection will end without TLS saying so.
    package func cut() { isCut = true }

    private func receiveMore() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let room = buffer.count
        let count =
            ssl.map { Int(SSL_read($0, &buffer, CInt(room))) } ?? recv(raw, &buffer, room, 0)
        guard count > 0 else { return false }
        received += buffer[..<count]
        return true
    }
}
