import Crypto
import Foundation
import Support
import Testing

@testable import Diagnosis

/// Signatures as the `openssl` command makes them in scripts, right and with the usual mistakes.
struct SignatureCommandTests {
    /// One way to use the command, and what the diagnosis says of it.
    struct Use: CustomTestStringConvertible, Sendable {
        let reason: String
        let change: SignatureDifference.Name?

        /// What the script puts into the file that it signs.
        var file: @Sendable (String) -> String = { $0 }
        var commands: [[String]] = [["dgst", "-sha256", "-sign", "key.pem", "-out", "s", "text"]]

        /// The command that makes the header's value of the signature.
        var encode = ["base64", "-A", "-in", "s"]

        /// What becomes of its output on the way into the header.
        var header: @Sendable (String) -> String = { $0 }

        var testDescription: String { reason }
    }

    private static let digest = ["dgst", "-sha256", "-binary", "-out", "d", "text"]
    private static let hexadecimal = [
        "dgst", "-sha256", "-hex", "-sign", "key.pem", "-out", "s", "text",
    ]

    static let uses: [Use] = [
        Use(reason: "right", change: nil),
        Use(reason: "a file that echo wrote", change: .timestampForm) { $0 + "\n" },
        Use(reason: "a file of an editor on Windows", change: .timestampForm) { $0 + "\r\n" },
        Use(
            reason: "base64 with line breaks that became blanks",
            change: .signatureEncoding,
            encode: ["base64", "-in", "s"],
            header: { $0.replacing("\n", with: " ").trimmingCharacters(in: .whitespaces) }
        ),
        Use(
            reason: "base64 with line breaks written as \\n",
            change: .signatureEncoding,
            encode: ["base64", "-in", "s"],
            header: { $0.replacing("\n", with: "\\n") }
        ),
        Use(
            reason: "the output of -hex",
            change: .signatureEncoding,
            commands: [hexadecimal],
            encode: ["enc", "-base64", "-d", "-A", "-in", "s.base64"]
        ),
        Use(
            reason: "the digits of -hex",
            change: .signatureEncoding,
            commands: [hexadecimal],
            encode: ["enc", "-base64", "-d", "-A", "-in", "s.base64"],
            header: { String($0.drop { $0 != "=" }.dropFirst(2)) }
        ),
        Use(
            reason: "SHA-1",
            change: .signatureHash,
            commands: [["dgst", "-sha1", "-sign", "key.pem", "-out", "s", "text"]]
        ),
        Use(
            reason: "SHA-512",
            change: .signatureHash,
            commands: [["dgst", "-sha512", "-sign", "key.pem", "-out", "s", "text"]]
        ),
        Use(
            reason: "the digest's bytes in the file",
            change: .signatureHash,
            commands: [digest, ["dgst", "-sha256", "-sign", "key.pem", "-out", "s", "d"]]
        ),
        Use(reason: "the digest's digits in the file", change: .signatureHash) { text in
            (try? sha256(Array(text.utf8).span).hex) ?? ""
        },
        Use(
            reason: "PSS",
            change: .signatureScheme,
            commands: [
                [
                    "dgst", "-sha256", "-sign", "key.pem", "-sigopt", "rsa_padding_mode:pss",
                    "-sigopt", "rsa_pss_saltlen:digest", "-out", "s", "text",
                ]
            ]
        ),
        Use(
            reason: "pkeyutl without a digest's name",
            change: .signatureScheme,
            commands: [digest, ["pkeyutl", "-sign", "-inkey", "key.pem", "-in", "d", "-out", "s"]]
        ),
        Use(
            reason: "pkeyutl with a digest's name",
            change: nil,
            commands: [
                digest,
                [
                    "pkeyutl", "-sign", "-inkey", "key.pem", "-pkeyopt", "digest:sha256",
                    "-in", "d", "-out", "s",
                ],
            ]
        ),
        Use(
            reason: "the merchant's own key",
            change: .merchantKey,
            commands: [["dgst", "-sha256", "-sign", "other.pem", "-out", "s", "text"]]
        ),
    ]

    /// The value of X-SIGNATURE that a script makes for a scene.
    private static func signature(_ use: Use, _ scene: Scene) async throws -> String {
        let directory = try TemporaryDirectory()
        let keys = try TestKeys.shared()
        try directory.write("key.pem", keys.gateway.pem())
        try directory.write("other.pem", keys.other.pem())
        let digest = try sha256(scene.signedBody.span).hex
        let text = "POST:\(Scene.path):\(digest):\(Scene.timestamp)"
        try directory.write("text", use.file(text))
        let place = URL(filePath: directory.path)
        for command in use.commands {
            let (exitCode, output) = try await OpenSSLCommand.runAside(command, in: place)
            #expect(exitCode == 0, "\(command): \(output)")
        }
        // Reads a text, as base64, so that the output is the text itself.
        _ = try await OpenSSLCommand.runAside(
            ["base64", "-A", "-in", "s", "-out", "s.base64"],
            in: place
        )
        let (exitCode, output) = try await OpenSSLCommand.runAside(use.encode, in: place)
        #expect(exitCode == 0, "\(output)")
        return use.header(output).trimmingCharacters(in: .newlines)
    }

    @Test(arguments: uses)
    func `a signature of a script is named`(use: Use) async throws {
        var scene = try Scene()
        let keys = try TestKeys.shared()
        scene.settings.merchantKey = .init(
            name: "merchant-private.pem",
            key: keys.other.publicKey
        )
        let value = try await Self.signature(use, scene)
        scene.signatureText = { _ in value }
        let diagnosis = try scene.diagnosis()
        #expect(diagnosis.changes.map(\.name) == (use.change.map { [$0] } ?? []))
        #expect(diagnosis.verdict == (use.change == nil ? .verifies : .oneChange))
    }

    @Test func `the first line of base64 alone is no signature`() async throws {
        var scene = try Scene()
        let use = Use(reason: "first line", change: nil, encode: ["base64", "-in", "s"]) {
            String($0.prefix { $0 != "\n" })
        }
        let value = try await Self.signature(use, scene)
        #expect(value.count == 64)
        scene.signatureText = { _ in value }
        let diagnosis = try scene.diagnosis()
        #expect(diagnosis.verdict == .unusableSignature)
        #expect(diagnosis.signature.bytes == 48)
        #expect(diagnosis.signature.expectedBytes == [256])
    }
}
