import Captures
import Crypto
import HTTPCore
import Snap
import Support
import Testing

@testable import Diagnosis

/// A callback as it was signed, and as it arrived: the same, until a test says otherwise.
struct Scene {
    static let path = "/pay/v1.0/debit/notify"
    static let url = "https://pay.example.id/pay/v1.0/debit/notify"
    static let clientID = "CID1234567890"
    static let timestamp = "2026-11-22T10:00:00+07:00"

    /// Escapes, a character beyond ASCII, a number with zeros, white space and more than one line.
    static let body = Array(#"{"a": "1\/2 \u00e9 é <x>",\#n "n": 10000.00}"#.utf8)

    /// What is signed.
    var key: RSAPrivateKey
    var signedMethod = "POST"
    var signedPath = path
    var signedBody = body
    var signedTimestamp = timestamp

    /// Makes something else of the string that is signed.
    var text: (String) -> String = { $0 }

    /// Makes something else of the signature's text.
    var signatureText: (String) -> String = { $0 }

    /// What arrives.
    var callback = CapturedCallback(
        method: "POST",
        target: path,
        fields: [
            .init(name: "Host", value: Array("pay.example.id".utf8)),
            .init(name: "x-partner-id", value: Array(clientID.utf8)),
            .init(name: "X-EXTERNAL-ID", value: Array("ext-1".utf8)),
            .init(name: "X-TIMESTAMP", value: Array(timestamp.utf8)),
        ],
        body: body
    )

    /// What it is held against.
    var settings: DiagnosisSettings

    init() throws {
        let keys = try TestKeys.shared()
        key = keys.gateway
        settings = DiagnosisSettings(
            signaturePaths: [Self.path],
            publicURL: try HTTPURL(Self.url),
            keys: [.init(name: "cashin-public.pem", key: keys.gateway.publicKey)],
            clientID: Self.clientID
        )
    }

    init(_ change: (inout Scene) -> Void) throws {
        try self.init()
        change(&self)
    }

    /// The body that arrives and is signed.
    mutating func setBody(_ text: String) {
        signedBody = Array(text.utf8)
        callback.body = signedBody
    }

    /// Replaces, adds or, with nil, removes a header.
    mutating func set(_ name: String, _ value: String?) {
        callback.fields.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { add(name, value) }
    }

    mutating func add(_ name: String, _ value: String) {
        callback.fields.append(.init(name: name, value: Array(value.utf8)))
    }

    /// The signature over what is signed, in base64.
    func signature() throws -> String {
        let digest = try sha256(signedBody.span).hex
        let string = text("\(signedMethod):\(signedPath):\(digest):\(signedTimestamp)")
        let signature = try key.sign(Array(string.utf8).span)
        return signatureText(String(decoding: Base64.encode(signature.span), as: UTF8.self))
    }

    /// What is found out when the callback arrives with its signature.
    func diagnosis() throws -> SignatureDiagnosis {
        var scene = self
        scene.set("X-SIGNATURE", try signature())
        return try SignatureDiagnosis(scene.callback, settings)
    }
}
