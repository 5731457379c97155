import Crypto
import Foundation
import Support
import Testing

/// The forms in which keys arrive: what is accepted, what is named, and whether the command that
/// the message names makes a key that is accepted.
///
/// One after the other: each starts processes, which would hold up tests with time limits.
@Suite(.serialized)
struct KeyFormTests {
    /// A file of another form, made from the fixtures by a shell command or by hand.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String

        /// Makes `key file` in the current directory from the fixtures in `$F`.
        let make: String

        /// The message, up to the command.
        let problem: String

        /// The beginning of what the message names as remedy.
        let remedy: String

        /// Tools that the row needs; without one it is skipped.
        var tools: [String] = []

        var testDescription: String { name }
    }

    private static let wrongDashes = "has not exactly five dashes on each side of BEGIN and END"
    private static let pem = ", expected a public key in PEM"
    private static let privatePEM = ", expected a private key in PEM"
    private static let ssh = "ssh-keygen -i -m PKCS8 -f $F/key-spki.pem"

    /// Writes modulus and exponent of the fixture with Python: `print` makes the file of `n`.
    private static func python(_ print: String) -> String {
        "openssl rsa -pubin -in $F/key-spki.pem -noout -modulus | python3 -c \""
            + "import sys,base64;n=bytes.fromhex(sys.stdin.read().split('=')[1]);"
            + "print(\(print))\" > 'key file'"
    }

    static let publicRows: [Row] = [
        Row(name: "empty", make: "true > 'key file'", problem: "is empty", remedy: "copy the key"),
        Row(
            name: "blanks",
            make: "echo ' ' > 'key file'",
            problem: "is empty",
            remedy: "copy the key into it"
        ),
        Row(
            name: "UTF-16 with a mark",
            make: "iconv -f UTF-8 -t UTF-16 $F/key-spki.pem > 'key file'",
            problem: "is UTF-16 text",
            remedy: "make it with: iconv -f UTF-16 -t UTF-8 'key file' > NEW"
        ),
        Row(
            name: "HTML",
            make: "echo '<!DOCTYPE html><html><pre>-----BEGIN PUBLIC KEY-----' > 'key file'",
            problem: "is an HTML page",
            remedy: "save the key that the page shows, not the page"
        ),
        Row(
            name: "ssh-rsa",
            make: "\(ssh) > 'key file'",
            problem: "is an OpenSSH public key",
            remedy: "make it with: ssh-keygen -e -m PKCS8 -f 'key file' > NEW",
            tools: ["ssh-keygen"]
        ),
        Row(
            name: "SSH2",
            make: "\(ssh) > k && ssh-keygen -e -f k > 'key file'",
            problem: "is an SSH2 public key (RFC 4716)",
            remedy: "make it with: ssh-keygen -i -m RFC4716 -f 'key file' > KEY",
            tools: ["ssh-keygen"]
        ),
        Row(
            name: "JWK",
            make: python(
                "'{\\\"kty\\\":\\\"RSA\\\",\\\"e\\\":\\\"AQAB\\\",\\\"n\\\":\\\"'"
                    + "+base64.urlsafe_b64encode(n).decode().rstrip('=')+'\\\"}'"
            ),
            problem: "is a JSON Web Key",
            remedy: "make it with: python3 -c \"import json,base64;",
            tools: ["python3"]
        ),
        Row(
            name: "XML",
            make: python(
                "'<RSAKeyValue><Modulus>'+base64.b64encode(n).decode()"
                    + "+'</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>'"
            ),
            problem: "is an XML key of .NET",
            remedy: "make it with: python3 -c \"import re,base64;",
            tools: ["python3"]
        ),
        Row(
            name: "en dashes",
            make: "sed 's/-----/–––––/g' $F/key-spki.pem > 'key file'",
            problem: "has typographic dashes around BEGIN and END",
            remedy: "make it with: LC_ALL=C sed -E "
        ),
        Row(
            name: "an em dash and hyphens",
            make: "sed 's/-----/—---/g' $F/key-spki.pem > 'key file'",
            problem: "has typographic dashes around BEGIN and END",
            remedy: "make it with: LC_ALL=C sed -E "
        ),
        Row(
            name: "four dashes",
            make: "sed 's/-----/----/g' $F/key-spki.pem > 'key file'",
            problem: wrongDashes,
            remedy: "make it with: LC_ALL=C sed -E "
        ),
        Row(
            name: "four dashes at the end",
            make: "sed 's/KEY-----/KEY----/' $F/key-spki.pem > 'key file'",
            problem: wrongDashes,
            remedy: "make it with: LC_ALL=C sed -E "
        ),
        Row(
            name: "no-break spaces",
            make: "sed 's/ /\\xC2\\xA0/g' $F/key-spki.pem > 'key file'",
            problem: "contains no-break or zero-width spaces",
            remedy: "make it with: LC_ALL=C sed "
        ),
        Row(
            name: "zero-width spaces in the lines",
            make: "sed 's/^MII/M\\xE2\\x80\\x8BII/' $F/key-spki.pem > 'key file'",
            problem: "contains no-break or zero-width spaces",
            remedy: "make it with: LC_ALL=C sed "
        ),
        Row(
            name: "base64url",
            make: "sed '/-----/d' $F/key-spki.pem | tr -- '+/' '-_' | tr -d '=' > 'key file'",
            problem: "is base64url",
            remedy: "make it with: python3 -c \"import base64;",
            tools: ["python3"]
        ),
        Row(
            name: "PEM with base64url",
            make: "sed '/-----/!y#+/#-_#' $F/key-spki.pem > 'key file'",
            problem: "is PEM with base64url",
            remedy: "make it with: sed '/-----/!y#-_#+/#' 'key file' > NEW"
        ),
        Row(
            name: "base64 of a PEM",
            make: "openssl base64 -in $F/key-spki.pem -out 'key file'",
            problem: "is base64 of a PEM block",
            remedy: "make it with: tr -d '[:space:]' < 'key file' | openssl base64 -d -A -out NEW"
        ),
        Row(
            name: "PGP",
            make: "echo '-----BEGIN PGP PUBLIC KEY BLOCK-----' > 'key file'",
            problem: "is a PGP key",
            remedy: "make it with: gpg --export-ssh-key KEYID > KEY",
            tools: ["never: the key has no content"]
        ),
        Row(
            name: "PKCS#12",
            make: "openssl pkcs12 -export -in $F/key-certificate.pem -inkey $F/key-pkcs8.pem "
                + "-passout pass: -out 'key file'",
            problem: "is a PKCS#12 file",
            remedy: "make it with: openssl pkcs12 -in 'key file' -nokeys -clcerts | ",
            tools: ["never: it asks for a password"]
        ),
        Row(
            name: "a certificate request",
            make: "openssl req -new -key $F/key-pkcs8.pem -subj /CN=a -out 'key file'",
            problem: "is a certificate request",
            remedy: "make it with: openssl req -in 'key file' -noout -pubkey > NEW"
        ),
        Row(
            name: "a private key",
            make: "cp $F/key-pkcs8.pem 'key file'",
            problem: "is a private key, expected a public key",
            remedy: "make it with: openssl pkey -in 'key file' -pubout -out NEW"
        ),
    ]

    static let privateRows: [Row] = [
        Row(
            name: "OpenSSH",
            make: "cp $F/key-pkcs8.pem 'key file' && chmod 600 'key file' && "
                + "ssh-keygen -p -N '' -f 'key file'",
            problem: "is an OpenSSH private key",
            remedy: "make it with: cp 'key file' NEW && ssh-keygen -p -m PKCS8 -N '' -f NEW",
            tools: ["ssh-keygen"]
        ),
        Row(
            name: "UTF-16 without a mark",
            make: "iconv -f UTF-8 -t UTF-16LE $F/key-pkcs8.pem > 'key file'",
            problem: "is UTF-16 text",
            remedy: "make it with: iconv -f UTF-16 -t UTF-8 'key file' > NEW"
        ),
        Row(
            name: "a JWK",
            make: "echo '{\"kty\":\"RSA\",\"d\":\"\"}' > 'key file'",
            problem: "is a JSON Web Key",
            remedy: "make another pair with: cashin-receiver keygen --out DIR"
        ),
        Row(
            name: "a certificate",
            make: "cp $F/key-certificate.pem 'key file'",
            problem: "is a certificate, expected a private key",
            remedy: ""
        ),
        Row(
            name: "PKCS#12",
            make: "openssl pkcs12 -export -in $F/key-certificate.pem -inkey $F/key-pkcs8.pem "
                + "-passout pass: -out 'key file'",
            problem: "is a PKCS#12 file",
            remedy: "make it with: openssl pkcs12 -in 'key file' -nocerts -nodes | ",
            tools: ["never: it asks for a password"]
        ),
    ]

    @Test(arguments: publicRows)
    func `a public key in another form is named, with what makes the right one`(
        _ row: Row
    ) async throws {
        let expected = row.problem.contains("expected") ? row.problem : row.problem + Self.pem
        try await check(row, expected) { try RSAPublicKey($0).fingerprint }
    }

    @Test(arguments: privateRows)
    func `a private key in another form is named, with what makes the right one`(
        _ row: Row
    ) async throws {
        let expected =
            row.problem.contains("expected") ? row.problem : row.problem + Self.privatePEM
        try await check(row, expected) { try RSAPrivateKey($0).publicKey.fingerprint }
    }

    /// Makes the file, compares the message, runs its command, and reads what the command made.
    private func check(
        _ row: Row,
        _ expected: String,
        _ read: ([UInt8]) throws -> String
    ) async throws {
        var missing: [String] = []
        for tool in row.tools where await !Self.isInstalled(tool) { missing.append(tool) }
        if missing.contains(where: { !$0.hasPrefix("never") }) { return }
        let directory = try TemporaryDirectory()
        try await run(row.make, in: directory)
        let bytes = try contents("key file", of: directory)
        var message = ""
        do { _ = try read(bytes) } catch let error as CryptoError {
            message = error.message(file: "key file")
        }
        let remedy = row.remedy.isEmpty ? "" : "; " + row.remedy
        #expect(message.hasPrefix(expected + remedy), "\(message)")
        #expect(message.ranges(of: "expected").count == 1)
        let command = message.ranges(of: "make it with: ").first.map {
            String(message[$0.upperBound...])
        }
        guard let command, missing.isEmpty else { return }
        try await run(command, in: directory)
        let fingerprint = try read(contents("NEW", of: directory))
        #expect(try fingerprint == Fixture.text("key-fingerprint.txt").prefix(64))
    }

    @Test(arguments: [
        "openssl pkey -pubin -in $F/key-spki.pem -outform DER -out 'key file'",
        "openssl rsa -pubin -in $F/key-spki.pem -RSAPublicKey_out -outform DER -out 'key file'",
        "cp $F/key-certificate.pem 'key file'",
        "openssl x509 -in $F/key-certificate.pem -outform DER -out 'key file'",
        "sed '/-----/d' $F/key-certificate.pem > 'key file'",
        "printf '\\xEF\\xBB\\xBF' | cat - $F/key-spki.pem > 'key file'",
    ])
    func `DER and certificates are accepted as public keys`(_ make: String) async throws {
        let directory = try TemporaryDirectory()
        try await run(make, in: directory)
        let key = try RSAPublicKey(contents("key file", of: directory))
        #expect(try key.fingerprint == Fixture.text("key-fingerprint.txt").prefix(64))
    }

    @Test(arguments: [
        "openssl pkey -in $F/key-pkcs8.pem -outform DER -out 'key file'",
        "openssl pkcs8 -topk8 -nocrypt -in $F/key-pkcs8.pem -outform DER -out 'key file'",
    ])
    func `DER is accepted as a private key`(_ make: String) async throws {
        let directory = try TemporaryDirectory()
        try await run(make, in: directory)
        let key = try RSAPrivateKey(contents("key file", of: directory))
        #expect(try key.publicKey.fingerprint == Fixture.text("key-fingerprint.txt").prefix(64))
    }

    @Test func `two certificates are ambiguous`() throws {
        let pem = try Fixture.text("key-certificate.pem")
        #expect(throws: CryptoError.unusableKey(.severalBlocks(count: 2))) {
            try RSAPublicKey(pem + pem)
        }
    }

    @Test func `the path is quoted for a shell`() {
        let problem = KeyProblem.form(.utf16, expected: .publicKey)
        let message = problem.message(file: "/tmp/it's here")
        #expect(message.hasSuffix("iconv -f UTF-16 -t UTF-8 '/tmp/it'\\''s here' > NEW"))
        #expect(problem.description.hasSuffix("iconv -f UTF-16 -t UTF-8 FILE > NEW"))
    }

    private struct ShellFailure: Error {
        let command: String
        let output: String
    }

    /// Runs a command of /bin/sh; `F` is the directory of the fixtures.
    private func run(_ command: String, in directory: TemporaryDirectory) async throws {
        let (code, output) = try await Self.shell(command, in: directory.path)
        if code != 0 { throw ShellFailure(command: command, output: output) }
    }

    private static func isInstalled(_ tool: String) async -> Bool {
        (try? await shell("command -v '\(tool)'", in: "/").0) == 0
    }

    /// Runs a command on a thread of its own, because it blocks.
    private static func shell(
        _ command: String,
        in directory: String
    ) async throws -> (CInt?, String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try blockingShell(command, in: directory) })
            }
        }
    }

    private static func blockingShell(
        _ command: String,
        in directory: String
    ) throws -> (CInt?, String) {
        let output = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(UUID().uuidString).output")
        defer { try? FileManager.default.removeItem(at: output) }
        let process = try spawn([
            "/usr/bin/env", "--chdir=\(directory)", "F=\(Fixture.directory)", "/bin/bash", "-c",
            command,
        ]) { actions in
            actions.redirectInput()
            actions.redirectOutput(to: output.path)
        }
        let (exitCode, _) = waitForEnd(of: process)
        return (exitCode, String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }

    private func contents(_ name: String, of directory: TemporaryDirectory) throws -> [UInt8] {
        let path = "\(directory.path)/\(name)"
        return Array(try #require(FileManager.default.contents(atPath: path)))
    }
}
