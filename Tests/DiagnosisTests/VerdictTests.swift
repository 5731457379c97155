import Captures
import Crypto
import HTTPCore
import Snap
import Support
import Testing

@testable import Diagnosis

/// What is said of callbacks that no change makes verify, and of what is around a signature.
struct VerdictTests {
    @Test func `a real callback of the gateway's family verifies over its path`() throws {
        var callback = try Self.realCallback()
        var settings = try Self.realSettings()
        let right = try SignatureDiagnosis(callback, settings)
        #expect(right.verdict == .verifies)
        #expect(right.bodies.first { $0.form == .raw }?.sha256 == Self.realHash)
        #expect(
            right.signed?.stringToSign
                == "POST:\(Fixture.danaPath):\(Self.realHash):\(Fixture.danaTimestamp)"
        )

        settings.signaturePaths = ["https://pay.example.id/v1.0/debit/notify"]
        let path = try SignatureDiagnosis(callback, settings)
        #expect(path.changes.map(\.name) == [.registeredPath])

        callback.body[10] ^= 1
        let other = try SignatureDiagnosis(callback, settings)
        #expect(other.verdict == .otherContent)
        #expect(other.signed?.digest != nil)
        #expect(other.signed?.stringToSign == nil)
        #expect(other.summary.contains("the key is right"))
    }

    private static let realHash = "287a6e6753ff3191aaa97f6df868942124680c94fc217c21fa0d7d43821a54af"

    private static func realCallback() throws -> CapturedCallback {
        CapturedCallback(
            method: "POST",
            target: Fixture.danaPath,
            fields: [
                .init(name: "X-PARTNER-ID", value: Array("DANA".utf8)),
                .init(name: "X-EXTERNAL-ID", value: Array("1".utf8)),
                .init(name: "X-TIMESTAMP", value: Array(Fixture.danaTimestamp.utf8)),
                .init(name: "X-SIGNATURE", value: try Fixture.bytes("dana-signature.txt")),
            ],
            body: try Fixture.bytes("dana-callback.json")
        )
    }

    private static func realSettings() throws -> DiagnosisSettings {
        DiagnosisSettings(
            signaturePaths: [Fixture.danaPath],
            publicURL: try HTTPURL("https://pay.example.id\(Fixture.danaPath)"),
            keys: [.init(name: "dana", key: try RSAPublicKey(Fixture.bytes("dana-public.pem")))],
            clientID: "DANA"
        )
    }

    @Test func `other bytes under the right key are told from another key`() throws {
        let content = try Scene { $0.text = { _ in "something else" } }.diagnosis()
        #expect(content.verdict == .otherContent)
        #expect(content.keys.map(\.result) == [.opens])
        #expect(content.signed?.scheme == "RSASSA-PKCS1-v1_5")
        #expect(content.signed?.hashFunction == "SHA-256")
        let digest = try sha256(Array("something else".utf8).span).hex
        #expect(content.signed?.digest == digest)

        let keys = try TestKeys.shared()
        let key = try Scene { $0.key = keys.other }.diagnosis()
        #expect(key.verdict == .otherKey)
        #expect(key.keys.map(\.result) == [.doesNotOpen])
        #expect(key.signed == nil)
        #expect(key.summary.contains("a key that is not configured"))
        // Without the digest that was signed there is nothing to compare strings with.
        #expect(key.triedCount == 0)
    }

    @Test func `the page's placeholder is told by its length`() throws {
        let diagnosis = try Scene {
            $0.signatureText = { _ in Fixture.placeholderSignature }
        }.diagnosis()
        #expect(diagnosis.verdict == .unusableSignature)
        #expect(diagnosis.signature.bytes == 64)
        #expect(diagnosis.signature.expectedBytes == [256])
        #expect(diagnosis.signature.isStrictBase64)
        #expect(diagnosis.keys.map(\.result) == [.otherLength])
        #expect(diagnosis.summary.contains("placeholder"))
        #expect(diagnosis.summary.contains("HMAC-SHA512"))
    }

    @Test(arguments: ["*", "a b c", "====", "é", "%%%", String(repeating: "A", count: 10_000)])
    func `what is no base64 is no signature`(text: String) throws {
        let diagnosis = try Scene { $0.signatureText = { _ in text } }.diagnosis()
        #expect(diagnosis.verdict == .unusableSignature)
        #expect(!diagnosis.signature.isStrictBase64 || diagnosis.signature.bytes != 256)
    }

    @Test(arguments: ["X-SIGNATURE", "X-TIMESTAMP"])
    func `a header that is not there is named`(name: String) throws {
        var scene = try Scene()
        scene.set("X-SIGNATURE", try scene.signature())
        scene.set(name, nil)
        for value in [nil, ""] {
            if let value { scene.set(name, value) }
            let diagnosis = try SignatureDiagnosis(scene.callback, scene.settings)
            #expect(diagnosis.verdict == .missingHeader)
            #expect(diagnosis.summary == "There is no \(name), so nothing can verify.")
            #expect(diagnosis.headers.problems.map(\.field) == [name])
            #expect(diagnosis.headers.problems.map(\.responseCode) == ["4005602"])
        }
    }

    @Test(arguments: ["X_EXTERNAL_ID", "X-EXTERNAL -ID"])
    func `a header under nearly its name is missing, and told`(name: String) throws {
        let diagnosis = try Scene {
            $0.set("X-EXTERNAL-ID", nil)
            $0.add(name, "ext-1")
        }.diagnosis()
        #expect(
            diagnosis.headers.problems.map(\.detail) == [
                "is missing; found \"\(name)\" instead"
            ]
        )
    }

    @Test func `without a key it says so`() throws {
        let diagnosis = try Scene { $0.settings.keys = [] }.diagnosis()
        #expect(diagnosis.verdict == .noKeys)
        #expect(diagnosis.keys.isEmpty)
    }

    @Test(
        arguments: [
            ("X-PARTNER-ID", "CID9", 5, "4015600"), ("X-EXTERNAL-ID", nil, 3, "4005602"),
            ("X-EXTERNAL-ID", "", 3, "4005602"), ("X-EXTERNAL-ID", "a b", 4, "4005601"),
            (
                "X-EXTERNAL-ID", String(repeating: "1", count: 37), 4, "4005601"
            ), ("X-PARTNER-ID", nil, 3, "4005602"),
        ] as [(String, String?, Int, String)]
    )
    func `a verifying callback may be refused for its headers`(
        name: String,
        value: String?,
        row: Int,
        code: String
    ) throws {
        let diagnosis = try Scene { $0.set(name, value) }.diagnosis()
        #expect(diagnosis.verdict == .refusedHeaders)
        let problem = try #require(diagnosis.headers.problems.first)
        #expect((problem.row, problem.field, problem.responseCode) == (row, name, code))
        #expect(
            diagnosis.headers.isPartnerEqual
                == (name != "X-PARTNER-ID" ? true : value.map { _ in false })
        )
        #expect(diagnosis.summary.contains(code))
    }

    @Test func `a path or method that is not served is told`() throws {
        let path = try Scene { $0.callback.target = "/elsewhere" }.diagnosis()
        #expect(path.verdict == .refusedHeaders)
        #expect(path.headers.problems.map(\.responseCode) == ["4045600"])
        #expect(path.summary.contains("/pay/v1.0/debit/notify or /v1.0/debit/notify"))
        let method = try Scene { $0.callback.method = "PUT" }.diagnosis()
        #expect(method.headers.problems.map(\.responseCode) == ["4055600"])
        let standard = try Scene { $0.callback.target = "/v1.0/debit/notify?x" }.diagnosis()
        #expect(standard.verdict == .verifies)
        let changed = try Scene {
            $0.callback.target = "/elsewhere"
            $0.signedMethod = "post"
        }.diagnosis()
        #expect(changed.verdict == .oneChange)
        #expect(
            changed.notes.map { $0.prefix(36) } == ["Even then the response is 4045600: p"]
        )
        let whole = try Scene { $0.callback.target = Scene.url }.diagnosis()
        #expect(whole.verdict == .verifies)
    }

    @Test(
        arguments: [
            (0, true), (300_000, true), (300_001, false), (-300_000, true), (-300_001, false),
        ] as [(Int64, Bool)]
    )
    func `the clock is compared where the time of receipt is known`(
        milliseconds: Int64,
        isWithin: Bool
    ) throws {
        let sent: Int64 = 1_795_316_400_000
        let diagnosis = try Scene {
            $0.callback.receivedMilliseconds = sent + milliseconds
        }.diagnosis()
        #expect(diagnosis.clock.differenceMilliseconds == milliseconds)
        #expect(diagnosis.clock.isWithinTolerance == isWithin)
        #expect(diagnosis.notes.contains { $0.hasPrefix("X-TIMESTAMP") } == !isWithin)
        #expect(diagnosis.verdict == .verifies)
        let unknown = try Scene().diagnosis()
        #expect(unknown.clock.differenceMilliseconds == nil)
        #expect(unknown.clock.isWithinTolerance == nil)
        let unchecked = try Scene {
            $0.callback.receivedMilliseconds = sent + milliseconds
            $0.settings.timestampToleranceSeconds = 0
        }.diagnosis()
        #expect(unchecked.clock.isWithinTolerance == true)
    }

    @Test func `a key file that is the merchant's own is told`() throws {
        let keys = try TestKeys.shared()
        let diagnosis = try Scene {
            $0.settings.keys = ChangeTests.other(named: "cashin-public.pem")
            $0.settings.merchantKey = .init(name: "private.pem", key: keys.other.publicKey)
        }.diagnosis()
        #expect(diagnosis.verdict == .otherKey)
        #expect(diagnosis.keys.map(\.isMerchantKey) == [true, false])
        #expect(
            diagnosis.notes.contains(
                "cashin-public.pem is the merchant's own public key, not the gateway's."
            )
        )
    }

    @Test func `every candidate is shown, and both forms of the body`() throws {
        let diagnosis = try Scene {
            $0.settings.signaturePaths = [Scene.url, Scene.path]
            $0.setBody("{ }")
        }.diagnosis()
        #expect(diagnosis.candidates.map(\.path) == [Scene.url, Scene.path, Scene.url, Scene.path])
        #expect(diagnosis.candidates.map(\.form) == [.raw, .raw, .minified, .minified])
        #expect(diagnosis.bodies.map(\.bytes) == [3, 2])
        for candidate in diagnosis.candidates {
            #expect(
                candidate.stringToSign
                    == "POST:\(candidate.path):\(candidate.bodySHA256):\(Scene.timestamp)"
            )
        }
    }

    @Test func `a body that is no JSON is told, curly quotes by name`() throws {
        let curly = try Scene { $0.setBody("{“a”: 1}") }.diagnosis()
        #expect(curly.verdict == .verifies)
        #expect(curly.notes.contains { $0.contains("typographic") })
        let broken = try Scene { $0.setBody("{") }.diagnosis()
        #expect(
            broken.notes == [
                "The body is not JSON that the receiver accepts (JSON: ends too early at byte 1)."
            ]
        )
        let empty = try Scene { $0.setBody("") }.diagnosis()
        #expect(empty.notes == ["The body is empty."])
    }

    @Test func `no bytes crash it, and its work is bounded`() throws {
        var generator = SystemRandomNumberGenerator()
        let key = try TestKeys.shared().gateway
        for count in [0, 1, 2, 3, 17, 255] {
            var scene = try Scene()
            let noise = { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
            scene.callback = CapturedCallback(
                method: String(decoding: noise(), as: UTF8.self),
                target: String(decoding: noise(), as: UTF8.self),
                fields: [
                    "X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "Host", "X-Forwarded-Prefix",
                ]
                .map { .init(name: $0, value: noise()) },
                body: noise()
            )
            _ = try SignatureDiagnosis(scene.callback, scene.settings)
            // With a signature that opens, everything is tried.
            let signature = try key.sign(Array("x".utf8).span)
            scene.set("X-SIGNATURE", String(decoding: Base64.encode(signature.span), as: UTF8.self))
            let diagnosis = try SignatureDiagnosis(scene.callback, scene.settings)
            #expect(diagnosis.triedCount <= SignatureDiagnosis.triedCountMax)
        }
    }

    @Test func `what is tried ends at the limit`() throws {
        let diagnosis = try Scene {
            $0.text = { _ in "something else" }
            $0.settings.signaturePaths = (0..<2_000).map { "/\($0)" }
        }.diagnosis()
        #expect(diagnosis.verdict == .otherContent)
        #expect(diagnosis.triedCount == SignatureDiagnosis.triedCountMax)
        #expect(!diagnosis.isComplete)
    }

    @Test func `a body is rewritten up to a limit`() throws {
        let hasher = try SHA256()
        let body = Array("{\"a\":\"b/c\"}".utf8)
        let counts = try [-1, 0, 1].map { offset in
            try BodyVariants(
                body,
                forms: BodyForm.standard,
                rewrittenBytesMax: body.count + offset,
                hasher: hasher
            ).ladder.steps[1].count
        }
        // The hash of nothing, and the body's in other notations, functions and as it is; then the
        // rewritings of the body.
        #expect(counts[0] == 7)
        #expect(counts[1] > 15)
        #expect(counts[2] == counts[1])
        let large = try Scene {
            $0.text = { _ in "something else" }
            $0.setBody(String(repeating: " ", count: BodyRewriting.bytesMax + 1))
        }.diagnosis()
        #expect(large.verdict == .otherContent)
        #expect(!large.isComplete)
    }
}
