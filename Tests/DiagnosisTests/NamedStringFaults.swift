import Captures
import Crypto
import Support

@testable import Diagnosis

/// Faults of the string to sign and of the signature's text that the diagnosis names, beside those
/// of ``ChangeTests/others``.
extension ChangeTests {
    /// Joins method, path, body hash and time otherwise.
    private static func joined(
        _ join: @escaping @Sendable ([String]) -> String
    ) -> @Sendable (inout Scene) -> Void {
        { scene in
            scene.text = { text in
                join(text.split(separator: ":", maxSplits: 3).map(String.init))
            }
        }
    }

    /// Signs another text for the body's hash.
    private static func hashed(
        _ text: @escaping @Sendable ([UInt8]) -> String
    ) -> @Sendable (inout Scene) -> Void {
        { scene in
            let body = scene.signedBody
            scene.text = { string in
                let parts = string.split(separator: ":", maxSplits: 3)
                return "\(parts[0]):\(parts[1]):\(text(body)):\(parts[3])"
            }
        }
    }

    private static func hex(_ function: HashFunction) -> @Sendable (inout Scene) -> Void {
        hashed { body in ((try? function.digest(of: body.span)) ?? []).hexText }
    }

    static let lineEnds: [Mistake] = [
        Mistake(.timestampForm, "a line feed after the string") { $0.text = { $0 + "\n" } },
        Mistake(.timestampForm, "CR LF after the string") { $0.text = { $0 + "\r\n" } },
    ]

    static let shifts: [Mistake] = [
        ("a second later", "2026-11-22T10:00:00+07:00", "2026-11-22T10:00:01+07:00"),
        ("a second earlier", "2026-11-22T10:00:00+07:00", "2026-11-22T09:59:59+07:00"),
        ("five seconds later", "2026-11-22T10:00:00+07:00", "2026-11-22T10:00:05+07:00"),
        ("over midnight", "2026-11-22T23:59:58+07:00", "2026-11-23T00:00:00+07:00"),
        ("a fraction stays", "2026-11-22T10:00:00.123Z", "2026-11-22T10:00:02.123Z"),
        ("milliseconds", "2026-11-22T10:00:00.123+07:00", "2026-11-22T10:00:00.126+07:00"),
        ("milliseconds over a second", "2026-11-22T10:00:00.900Z", "2026-11-22T10:00:01.150Z"),
        ("UTC with Jakarta's offset", "2026-11-22T10:00:00+07:00", "2026-11-22T03:00:00+07:00"),
        ("the zone of Tokyo", "2026-11-22T10:00:00+07:00", "2026-11-22T12:00:00+07:00"),
    ].map { reason, sent, signed in Mistake(.timestampShift, reason, time(sent, signed: signed)) }

    static let strings: [Mistake] = [
        Mistake(.separators, "|", joined { $0.joined(separator: "|") }),
        Mistake(.separators, "none", joined { $0.joined() }),
        Mistake(.separators, "a line feed", joined { $0.joined(separator: "\n") }),
        Mistake(.bearerToken, "SNAP's symmetric string") { scene in
            scene.add("Authorization", "Bearer abc.def")
            joined { "\($0[0]):\($0[1]):abc.def:\($0[2]):\($0[3])" }(&scene)
        },
        Mistake(.bearerToken, "an empty token", joined { "\($0[0]):\($0[1])::\($0[2]):\($0[3])" }),
        Mistake(
            .hashForm,
            "base64",
            hashed { body in
                let digest = ((try? HashFunction.sha256.digest(of: body.span)) ?? [])
                return String(decoding: Base64.encode(digest.span), as: UTF8.self)
            }
        ),
        Mistake(.hashForm, "SHA-1", hex(.sha1)),
        Mistake(.hashForm, "SHA-512", hex(.sha512)),
        Mistake(.hashForm, "MD5", hex(.md5)),
        Mistake(.bodyText, "the body itself", hashed { String(decoding: $0, as: UTF8.self) }),
        Mistake(.snapPath, "QR notification", signed("/v1.0/qr/qr-mpm-notify")),
        Mistake(.snapPath, "the next version", signed("/v1.1/debit/notify")),
    ]

    static let signatures: [Mistake] = [
        Mistake(.signatureEncoding, "base64 of base64") { scene in
            scene.signatureText = {
                String(decoding: Base64.encode(Array($0.utf8).span), as: UTF8.self)
            }
        },
        Mistake(.signatureEncoding, "fields with signature=") { scene in
            scene.signatureText = { "algorithm=RSA256,keyVersion=1,signature=\($0)" }
        },
        Mistake(.signatureEncoding, "fields in another order, with percent escapes") { scene in
            scene.signatureText = {
                "signature=\($0.replacing("+", with: "%2B").replacing("=", with: "%3D")), alg=x"
            }
        },
        Mistake(.signatureEncoding, "line ends as \\n") { scene in
            scene.signatureText = { "\($0.prefix(64))\\n\($0.dropFirst(64))\\n" }
        },
        Mistake(.signatureEncoding, "line ends as \\r\\n") { scene in
            scene.signatureText = { "\($0.prefix(76))\\r\\n\($0.dropFirst(76))" }
        },
        Mistake(.signatureEncoding, "hexadecimal in capitals") { scene in
            scene.signatureText = { text in
                (Base64.decode(Array(text.utf8).span) ?? []).hexText.uppercased()
            }
        },
    ]
}

extension [UInt8] {
    /// The bytes in lowercase hexadecimal.
    fileprivate var hexText: String { Hex.text(span) }
}
