import Foundation

/// Certificates as the `openssl` command makes them, each with the key `key.pem`, made once.
package struct Certificates: Sendable {
    /// What a server may present.
    package enum Kind: String, CaseIterable {
        /// For the name `localhost` and the two loopback addresses.
        case good
        case nameOnly
        case otherName
        /// The name stands in the subject, not in a subjectAltName.
        case subjectOnly
        case expired
        /// By an authority that nobody trusts.
        case unknownIssuer
        case selfSigned
        /// For a client.
        case client
        /// For the names in the proxies' configurations in `deploy/`.
        case deployed
    }

    struct Failure: Error {
        let command: [String]
        let output: String
    }

    private let directory: URL

    /// The authority's certificate.
    package var caFile: String { path("ca.pem") }
    package var keyFile: String { path("key.pem") }

    package func file(_ kind: Kind) -> String { path("\(kind.rawValue).pem") }

    package func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    package static func shared() throws -> Certificates { try made.get() }

    private static let made = Result { try Certificates() }

    private init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for name in ["ca", "stranger"] {
            try openssl(
                ["req", "-x509", "-subj", "/CN=\(name)", "-days", "2"] + curve
                    + ["-keyout", "\(name)-key.pem", "-out", "\(name).pem"]
            )
        }
        try openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem"])
        let here = "DNS:localhost,IP:127.0.0.1,IP:::1"
        try issue(.good, for: here)
        try issue(.nameOnly, for: "DNS:localhost")
        try issue(.otherName, for: "DNS:other.test,IP:127.0.0.2")
        try issue(.subjectOnly, for: nil)
        try issue(.client, for: nil)
        try issue(.deployed, for: "DNS:pay.example.id,DNS:receiver.example.internal")
        try issue(.expired, for: here, days: -1)
        try issue(.unknownIssuer, for: here, by: "stranger")
        try openssl([
            "req", "-x509", "-subj", "/CN=localhost", "-days", "2", "-key", "key.pem",
            "-addext", "subjectAltName=\(here)", "-out", "selfSigned.pem",
        ])
    }

    private func issue(
        _ kind: Kind,
        for names: String?,
        by authority: String = "ca",
        days: Int = 2
    ) throws {
        let name = kind.rawValue
        try openssl([
            "req", "-new", "-key", "key.pem", "-subj", "/CN=localhost", "-out", "\(name).csr",
        ])
        let extensions = names.map { "subjectAltName=\($0)\n" } ?? "keyUsage=digitalSignature\n"
        try extensions.write(toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
        try openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem",
            "-CAkey", "\(authority)-key.pem", "-CAcreateserial", "-days", String(days),
            "-extfile", "\(name).ext", "-out", "\(name).pem",
        ])
    }

    private func openssl(_ arguments: [String]) throws {
        let result = try OpenSSLCommand.run(arguments, in: directory)
        if result.exitCode != 0 { throw Failure(command: arguments, output: result.output) }
    }
}
