import Foundation
import Glibc

/// nginx in front of a daemon, in the foreground, with everything of it in one directory.
final class Nginx {
    /// The program, nil when it is not installed. Debian keeps it out of a user's PATH.
    static let program: String? = {
        let places: [String] = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// How nginx talks to the daemon.
    enum Upstream: String, CaseIterable, Sendable {
        /// As without any setting: HTTP/1.0 and a connection for each request.
        case http10
        /// HTTP/1.1 over connections that are kept.
        case keepAlive
    }

    /// nginx could not be started.
    struct NotStarted: Error, CustomStringConvertible {
        let log: [String]
        var description: String { "nginx did not start:\n" + log.joined(separator: "\n") }
    }

    let endpoint: Endpoint
    private let process: ChildProcess

    init(in workspace: Workspace, before target: Endpoint, _ upstream: Upstream) throws {
        // A free port may be taken by somebody else before nginx has it: then another one.
        var log: [String] = []
        for _ in 0..<5 {
            let port = try Self.freePort()
            let directory = workspace.directory + "nginx/"
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true
            )
            let text = Self.configuration(port, directory, target, upstream)
            try workspace.write(text, to: "nginx/nginx.conf")
            let process = try ChildProcess(
                Self.program ?? "nginx",
                ["-p", directory, "-c", directory + "nginx.conf", "-e", "stderr"]
            )
            // Logged after its sockets are open.
            if process.errors.first(where: { $0.contains("event method") }) != nil {
                self.process = process
                endpoint = .loopback(port: port)
                return
            }
            log = process.errors.all
        }
        throw NotStarted(log: log)
    }

    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard code == 0 else { throw ChildProcess.Failure.call("bind", errno) }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func configuration(
        _ port: UInt16,
        _ directory: String,
        _ target: Endpoint,
        _ upstream: Upstream
    ) -> String {
        let settings =
            upstream == .keepAlive
            ? "proxy_http_version 1.1; proxy_set_header Connection \"\";" : ""
        return """
            daemon off;
            master_process off;
            error_log stderr notice;
            pid \(directory)pid;
            events { worker_connections 64; }
            http {
                access_log off;
                client_body_temp_path \(directory)body;
                proxy_temp_path \(directory)proxy;
                fastcgi_temp_path \(directory)fastcgi;
                scgi_temp_path \(directory)scgi;
                uwsgi_temp_path \(directory)uwsgi;
                large_client_header_buffers 4 16k;
                upstream receiver {
                    server \(target);
                    \(upstream == .keepAlive ? "keepalive 4;" : "")
                }
                server {
                    listen 127.0.0.1:\(port);
                    location / {
                        proxy_pass http://receiver;
                        \(settings)
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                    }
                }
            }

            """
    }
}
