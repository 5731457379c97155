import Foundation
import Glibc
import Support

/// A proxy as Debian has it, with a configuration of `deploy/` in which only addresses and
/// certificates are replaced.
final class DeployedProxy: Sendable {
    /// A file in `deploy/`.
    enum Sample: String, CaseIterable, Sendable {
        case nginx = "nginx.conf"
        case caddy = "Caddyfile"
        case nginxInternal = "nginx-internal.conf"

        /// Those for callbacks whose program is installed.
        static let notify = [nginx, caddy].filter { $0.program != nil }

        /// The name for which clients check the certificate.
        var serverName: String {
            self == .nginxInternal ? "receiver.example.internal" : "pay.example.id"
        }

        var program: String? {
            if self != .caddy { return Nginx.program }
            let path = "/usr/bin/caddy"
            return FileManager.default.isExecutableFile(atPath: path) ? path : nil
        }
    }

    let sample: Sample
    let endpoint: Endpoint
    private let process: ChildProcess

    /// Its files are here: nginx writes its own even after its sockets are open.
    private let workspace: Workspace

    /// Starts the proxy on a free port before a daemon.
    ///
    /// - Parameter allowed: the addresses that the sample for the internal API allows.
    init(
        _ sample: Sample,
        in workspace: Workspace,
        before target: Endpoint,
        allowed: String = "127.0.0.0/8"
    ) throws {
        self.sample = sample
        self.workspace = workspace
        let directory = workspace.directory + "proxy/"
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        // The port may be taken before the proxy has it: then another one.
        var log: [String] = []
        for _ in 0..<5 {
            let port = try Nginx.freePort()
            let shipped = try Self.text(sample, port, target, allowed)
            try workspace.write(shipped, to: "proxy/shipped")
            let process = try Self.start(sample, port, directory, workspace)
            if process.errors.first(where: Self.isStarted) != nil {
                self.process = process
                endpoint = .loopback(port: port)
                return
            }
            log = process.errors.all
        }
        throw Nginx.NotStarted(log: log)
    }

    /// A new connection with TLS.
    func connect() throws -> RawClient { try RawClient(endpoint, tlsTo: sample.serverName) }

    /// Sends a request over a connection of its own.
    func exchange(_ bytes: [UInt8]) throws -> RawResponse { try connect().exchange(bytes) }

    /// The shipped file with the addresses and certificates of the test.
    private static func text(
        _ sample: Sample,
        _ port: UInt16,
        _ target: Endpoint,
        _ allowed: String
    ) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/deploy/\(sample.rawValue)", encoding: .utf8)
        let certificates = try Certificates.shared()
        let name = sample.serverName
        return [
            ("/etc/ssl/certs/\(name).pem", certificates.file(.deployed)),
            ("/etc/ssl/private/\(name).key", certificates.keyFile),
            ("listen 443", "listen 127.0.0.1:\(port)"), ("[::]:443", "[::1]:\(port)"),
            ("192.0.2.10:8443", "127.0.0.1:\(port)"), ("192.0.2.0/24", allowed),
            ("127.0.0.1:8080", "\(target)"), ("127.0.0.1:8081", "\(target)"),
        ].reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    private static func start(
        _ sample: Sample,
        _ port: UInt16,
        _ directory: String,
        _ workspace: Workspace
    ) throws -> ChildProcess {
        let main = sample == .caddy ? caddyfile(port, directory) : nginxFile(directory)
        try workspace.write(main, to: "proxy/main")
        let program = sample.program ?? sample.rawValue
        if sample == .caddy {
            return try ChildProcess(
                program,
                ["run", "--adapter", "caddyfile", "--config", directory + "main"],
                environment: ["HOME": directory]
            )
        }
        return try ChildProcess(
            program,
            ["-p", directory, "-c", directory + "main", "-e", "stderr"]
        )
    }

    /// Whether a line of the log is written after the sockets are open.
    private static func isStarted(_ line: String) -> Bool {
        line.contains("event method") || line.contains("serving initial configuration")
    }

    private static func nginxFile(_ directory: String) -> String {
        let parts = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"]
        return """
            daemon off;
            master_process off;
            error_log stderr notice;
            pid \(directory)pid;
            events { worker_connections 256; }
            http {
                access_log off;
                \(parts.map { "\($0)_temp_path \(directory)\($0);" }.joined(separator: " "))
                include \(directory)shipped;
            }

            """
    }

    private static func caddyfile(_ port: UInt16, _ directory: String) -> String {
        """
        {
            admin off
            auto_https disable_redirects
            https_port \(port)
            default_bind 127.0.0.1
            servers {
                protocols h1 h2
            }
        }
        import \(directory)shipped

        """
    }
}
