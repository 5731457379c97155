import Crypto
import Foundation
import Support
import Testing

/// The `openssl` command as a signer and verifier that shares no code of ours.
struct OpenSSLCommandTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent(UUID().uuidString)
    private let message = Array("POST:/v1.0/debit/notify:abc".utf8)

    @Test func `a signature of ours verifies there, one over another message does not`() throws {
        let key = try TestKeys.shared().gateway
        try prepare(["public.pem": Array(key.publicKey.pem().utf8), "message": message])
        defer { try? FileManager.default.removeItem(at: directory) }
        try prepare(["good": key.sign(message.span), "bad": key.sign([1].span)])
        let command = ["dgst", "-sha256", "-verify", "public.pem", "-signature"]
        #expect(try openssl(command + ["good", "message"]) == 0)
        #expect(try openssl(command + ["bad", "message"]) == 1)
    }

    @Test func `a signature made there is recovered here`() throws {
        let key = try TestKeys.shared().gateway
        try prepare(["private.pem": Array(key.pem().utf8), "message": message])
        defer { try? FileManager.default.removeItem(at: directory) }
        let command = ["dgst", "-sha256", "-sign", "private.pem", "-out", "signature", "message"]
        #expect(try openssl(command) == 0)
        let path = directory.appendingPathComponent("signature").path
        let signature = Array(try #require(FileManager.default.contents(atPath: path)))
        let digest = try DigestRecoverer(key.publicKey).digest(in: signature.span)
        let expected = try sha256(message.span)
        #expect(digest == expected)
    }

    private func prepare(_ files: [String: [UInt8]]) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (name, bytes) in files {
            try Data(bytes).write(to: directory.appendingPathComponent(name))
        }
    }

    /// Runs the command in the directory; returns its exit code.
    private func openssl(_ arguments: [String]) throws -> Int32? {
        try OpenSSLCommand.run(arguments, in: directory).exitCode
    }
}
