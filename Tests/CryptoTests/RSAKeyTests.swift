import Crypto
import Support
import Testing

struct RSAKeyTests {
    @Test(arguments: ["key-spki.pem", "key-pkcs1-public.pem"])
    func `reads public keys in PEM, bare base64, on one line and with literal line breaks`(
        name: String
    ) throws {
        let pem = try Fixture.text(name)
        let lines = pem.split(separator: "\n").map(String.init)
        let base64 = Array(lines.dropFirst().dropLast())
        let line = base64.joined()
        let forms: [String] = [
            pem,
            lines.joined(separator: "\r\n"),
            lines.joined(separator: "\\n"),
            lines.joined(separator: "\\r\\n"),
            "\"\(lines.joined(separator: "\\n"))\"",
            line,
            "  \(line)\r\n",
            base64.joined(separator: "\n"),
            "Key of the gateway\n\n\(pem)\nBest regards\n",
        ]
        let fingerprint = try Fixture.text("key-fingerprint.txt").prefix(64)
        for form in forms {
            let key = try RSAPublicKey(form)
            #expect(key.fingerprint == fingerprint)
            #expect(key.modulusBytes == 256)
        }
    }

    private static let publicCommand = "; make it with: openssl pkey -in FILE -pubout -out NEW"
    private static let privateCommand = "; make it with: openssl pkey -in FILE -out NEW"

    @Test(arguments: ["key-pkcs8.pem", "key-pkcs1.pem"])
    func `reads private keys of both forms`(name: String) throws {
        let key = try RSAPrivateKey(Fixture.bytes(name))
        #expect(try key.publicKey.fingerprint == Fixture.text("key-fingerprint.txt").prefix(64))
        #expect(try key.pem() == Fixture.text("key-pkcs8.pem"))
        #expect(try key.publicKey.pem() == Fixture.text("key-spki.pem"))
    }

    @Test(arguments: [
        ("key-pkcs8.pem", "is a private key, expected a public key\(publicCommand)"),
        ("key-pkcs1.pem", "is a private key, expected a public key\(publicCommand)"),
        ("key-encrypted.pem", "is an encrypted private key, expected a public key\(publicCommand)"),
        (
            "key-encrypted-pkcs1.pem",
            "is an encrypted private key, expected a public key\(publicCommand)"
        ),
        ("key-1024-public.pem", "RSA of 1024 bits, expected 2048 or more"),
        ("key-ec-public.pem", "is an EC key, expected RSA"),
        ("key-ec-parameters.pem", "is an EC key, expected RSA"),
        ("key-ed25519-public.pem", "is an ED25519 key, expected RSA"),
        ("key-pss-public.pem", "is an RSA-PSS key, expected RSA"),
        ("dana-callback.json", "is neither PEM, base64 nor DER, expected an RSA key"),
        ("dana-signature.txt", "is base64 that does not decode to DER, expected an RSA key"),
    ])
    func `says why a file is no public key`(name: String, text: String) throws {
        let bytes = try Fixture.bytes(name)
        let error = #expect(throws: CryptoError.self) { try RSAPublicKey(bytes) }
        #expect(error?.description == text)
    }

    @Test(arguments: [
        ("key-spki.pem", "is a public key, expected a private key"),
        ("key-pkcs1-public.pem", "is a public key, expected a private key"),
        (
            "key-encrypted.pem",
            "is an encrypted private key, expected a private key\(privateCommand)"
        ),
        (
            "key-encrypted-pkcs1.pem",
            "is an encrypted private key, expected a private key\(privateCommand)"
        ),
        ("key-1024.pem", "RSA of 1024 bits, expected 2048 or more"),
        ("key-ec.pem", "is an EC key, expected RSA"),
        ("key-ed25519.pem", "is an ED25519 key, expected RSA"),
        ("key-pss.pem", "is an RSA-PSS key, expected RSA"),
        ("key-certificate.pem", "is a certificate, expected a private key"),
    ])
    func `says why a file is no private key`(name: String, text: String) throws {
        let bytes = try Fixture.bytes(name)
        let error = #expect(throws: CryptoError.self) { try RSAPrivateKey(bytes) }
        #expect(error?.description == text)
    }

    @Test func `says what is wrong with the armour`() throws {
        let pem = try Fixture.text("key-spki.pem")
        let body = pem.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
        let cases: [(text: String, problem: KeyProblem)] = [
            ("", .form(.empty, expected: .publicKey)),
            (" \n", .form(.empty, expected: .publicKey)),
            ("hello!", .noKey),
            (String(pem.prefix(200)), .noEnd(label: "PUBLIC KEY")),
            ("-----BEGIN PUBLIC KEY", .form(.dashCount, expected: .publicKey)),
            ("key: -----BEGIN PUBLIC KEY", .noEnd(label: "")),
            (
                "-----BEGIN PUBLIC KEY-----\n\(body)\n-----END RSA KEY-----",
                .noEnd(label: "PUBLIC KEY")
            ),
            (pem + pem, .severalBlocks(count: 2)),
            ("-----BEGIN X-----\n!!!!\n-----END X-----", .notBase64(label: "X")),
            ("-----BEGIN X-----\n-----END X-----", .notDER),
            ("-----BEGIN X-----\nAAAA\n-----END X-----", .notDER),
            (String(body.dropLast(4)) + "AAAAAA==", .notDER),
        ]
        for (text, problem) in cases {
            #expect(throws: CryptoError.unusableKey(problem), "\(text.prefix(30))") {
                try RSAPublicKey(text)
            }
        }
    }

    @Test func `refuses a key with bytes behind it`() throws {
        let body = try Fixture.text("key-spki.pem").split(separator: "\n").dropFirst().dropLast()
        var der = try #require(decode(body.joined()))
        der.append(0)
        let text = Base64.encode(der.span)
        #expect(throws: CryptoError.unusableKey(.notDER)) { try RSAPublicKey(text) }
    }

    @Test func `a key in DER is refused for the same reasons as one in PEM`() throws {
        let der = { (name: String) in
            let body = try Fixture.text(name).split(separator: "\n").dropFirst().dropLast()
            return try #require(decode(body.joined()))
        }
        let cases: [(der: [UInt8], problem: KeyProblem)] = [
            (try der("key-pkcs8.pem"), .wrongKind(.privateKey, expected: .publicKey)),
            (try der("key-encrypted.pem"), .wrongKind(.encryptedPrivateKey, expected: .publicKey)),
            (try der("key-1024-public.pem"), .bits(1_024)),
            (try der("key-ec-public.pem"), .notRSA(algorithm: "EC")),
            (try der("key-ed25519-public.pem"), .notRSA(algorithm: "ED25519")),
            // Bytes after a certificate are no part of it.
            (try der("key-certificate.pem") + [0], .noKey),
        ]
        for (bytes, problem) in cases {
            #expect(throws: CryptoError.unusableKey(problem)) { try RSAPublicKey(bytes) }
        }
    }

    @Test func `refuses a public exponent of one`() throws {
        let body = try Fixture.text("key-spki.pem").split(separator: "\n").dropFirst().dropLast()
        var der = try #require(decode(body.joined()))
        // The last five bytes are the exponent: INTEGER, 3 bytes, 65537. An exponent of 1 would
        // make every padded digest its own signature.
        #expect(der.suffix(5) == [0x02, 0x03, 0x01, 0x00, 0x01])
        der.replaceSubrange(der.count - 3..<der.count, with: [0, 0, 1])
        let text = Base64.encode(der.span)
        #expect(throws: CryptoError.self) { try RSAPublicKey(text) }
    }

    @Test func `generates keys of the asked size only within bounds`() throws {
        let key = try TestKeys.shared().gateway
        #expect(key.publicKey.modulusBytes == 256)
        #expect(throws: CryptoError.unusableKey(.bits(2047))) {
            try RSAPrivateKey.generate(bits: 2047)
        }
        #expect(throws: CryptoError.unusableKey(.bits(16_385))) {
            try RSAPrivateKey.generate(bits: 16_385)
        }
        let copy = try RSAPrivateKey(key.pem())
        #expect(copy.publicKey == key.publicKey)
        #expect(try TestKeys.shared().other.publicKey != key.publicKey)
    }

    @Test func `signs as RSASSA-PKCS1-v1_5 does: the same bytes each time`() throws {
        let key = try TestKeys.shared().gateway
        let message = Array("message".utf8)
        let signature = try key.sign(message.span)
        #expect(signature.count == 256)
        let again = try key.sign(message.span)
        #expect(again == signature)
        let other = try key.sign([UInt8]().span)
        #expect(other != signature)
    }

    private func decode(_ text: String) -> [UInt8]? { Base64.decode(Array(text.utf8).span) }
}
