import Foundation
import Glibc
import Support

extension RawClient {
    /// Connects with TLS, checks the server's certificate for `name`, and speaks HTTP/1.1.
    convenience init(
        _ endpoint: Endpoint,
        tlsTo name: String,
        timeoutSeconds: Int = Int(Patience.seconds)
    ) throws {
        try self.init(
            tunnel: TLSTunnel(to: endpoint, name: name),
            timeoutSeconds: timeoutSeconds
        )
    }
}

/// The `openssl` command as one end of a TLS connection; the bytes go through a socket.
final class TLSTunnel {
    /// Our end of the socket.
    let descriptor: CInt
    private let id: pid_t

    fileprivate init(to endpoint: Endpoint, name: String) throws {
        var ends: [CInt] = [0, 0]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw RawClient.Failure.call("socketpair", errno)
        }
        defer { Glibc.close(ends[1]) }
        descriptor = ends[0]
        let certificates = try Certificates.shared()
        let command = [
            "/usr/bin/env", "openssl", "s_client", "-quiet", "-connect", "\(endpoint)",
            "-servername", name, "-verify_hostname", name, "-verify_return_error",
            "-CAfile", certificates.caFile, "-alpn", "http/1.1",
        ]
        let other = ends[1]
        id = try spawn(command) { actions in
            posix_spawn_file_actions_adddup2(&actions, other, STDIN_FILENO)
            posix_spawn_file_actions_adddup2(&actions, other, STDOUT_FILENO)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        }
    }

    deinit {
        Glibc.close(descriptor)
        kill(id, SIGKILL)
        _ = waitForEnd(of: id)
    }
}
