import Compression
import Crypto
import Snap

/// The texts that a sender may have put in the string to sign for the body: its hash in the
/// configured forms, after the named changes, and in other notations.
struct BodyVariants {
    /// Maximum bytes of all bodies that two changes together produce.
    ///
    /// It bounds the time of a diagnosis: an ordinary callback has 600 bytes and needs a tenth.
    static let pairBytesMax = 4_194_304

    /// Maximum bytes of a body that is tried compressed, and in the string itself, in place of its
    /// hash.
    static let plainBytesMax = 8_192

    /// All texts to try; those of the configured forms count as no change.
    private(set) var ladder = VariantLadder<[UInt8]>(countMax: 20_000)

    /// Whether no limit was reached.
    private(set) var isComplete = true

    /// One body with a single change or none, and the stage up to which it was changed.
    private struct Rewritten {
        let bytes: [UInt8]
        let stage: BodyRewriting.Stage?
        let changes: [SignatureDifference]
    }

    private let hasher: SHA256
    private var seen: Set<Digest> = []
    private var plain: [Rewritten] = []
    private var single: [Rewritten] = []

    /// - Parameters:
    ///   - forms: the configured forms.
    ///   - rewrittenBytesMax: maximum bytes of a body that is rewritten.
    /// - Throws: if OpenSSL lacks a hash function.
    init(
        _ body: [UInt8],
        forms: [BodyForm],
        rewrittenBytesMax: Int = BodyRewriting.bytesMax,
        hasher: SHA256
    ) throws(CryptoError) {
        self.hasher = hasher
        for form in forms { add(form.bytes(of: body), stage: nil, []) }
        if !forms.contains(.raw) {
            let change = SignatureDifference(
                name: .bodyForm,
                detail: "the body is hashed as it is (raw)"
            )
            add(body, stage: nil, [change])
        }
        if body.count <= rewrittenBytesMax {
            addSingles()
            addPairs()
            addCompressed()
        } else {
            isComplete = false
        }
        let empty = SignatureDifference(
            name: .emptyBody,
            detail: "the hash of an empty body is signed"
        )
        add([], stage: nil, [empty])
        try addNotations()
    }

    // MARK: Bodies

    /// Adds a body unless it is known already.
    private mutating func add(
        _ bytes: [UInt8],
        stage: BodyRewriting.Stage?,
        _ changes: [SignatureDifference]
    ) {
        let digest = hasher.digest(of: bytes.span)
        guard seen.insert(digest).inserted else { return }
        var text: [UInt8] = []
        digest.appendHex(to: &text)
        ladder.add(text, changes)
        switch changes.count {
        case 0: plain.append(Rewritten(bytes: bytes, stage: stage, changes: changes))
        case 1: single.append(Rewritten(bytes: bytes, stage: stage, changes: changes))
        default: break
        }
    }

    private mutating func addSingles() {
        for body in plain {
            for row in BodyRewriting.table {
                guard let bytes = row.apply(body.bytes) else { continue }
                add(bytes, stage: row.stage, [row.change])
            }
        }
    }

    /// Adds bodies with two changes, until their bytes reach the limit.
    private mutating func addPairs() {
        var bytesCount = 0
        for body in single {
            for row in BodyRewriting.table {
                if let stage = body.stage, row.stage <= stage { continue }
                if bytesCount > Self.pairBytesMax {
                    isComplete = false
                    return
                }
                bytesCount += body.bytes.count
                guard let bytes = row.apply(body.bytes), bytes != body.bytes else { continue }
                bytesCount += bytes.count
                add(bytes, stage: row.stage, body.changes + [row.change])
            }
        }
    }

    /// Adds the bodies as common programs compress them, for a proxy that decompresses a signed
    /// body. Without zlib, none is added.
    ///
    /// Of large bodies none is either: there are some whose compression takes zlib 100 ms.
    private mutating func addCompressed() {
        guard let deflater = Deflater() else { return }
        for body in plain where body.bytes.count <= Self.plainBytesMax {
            for encoding in deflater.encodings(of: body.bytes) {
                let change = SignatureDifference(
                    name: .compression,
                    detail: "the compressed body is signed (\(encoding.name)), not the body"
                )
                ladder.add(hashText(of: encoding.bytes), [change])
            }
        }
    }

    /// The SHA-256 of `bytes` in hexadecimal.
    private func hashText(of bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        hasher.digest(of: bytes.span).appendHex(to: &text)
        return text
    }

    // MARK: Notations

    /// Adds other notations of the hash, other hash functions, and the body itself.
    private mutating func addNotations() throws(CryptoError) {
        for body in plain + single {
            // Of a large body only the configured forms are hashed again.
            if body.changes.count > 0, body.bytes.count > Self.plainBytesMax { continue }
            let digest = hasher.digest(of: body.bytes.span)
            var bytes: [UInt8] = []
            for index in 0..<Digest.count { bytes.append(digest.bytes[index]) }
            let capitals = Array(digest.hex.uppercased().utf8)
            add(capitals, .hashCase, "the body hash is signed in upper case", body)
            add(
                Base64.encode(bytes.span),
                .hashForm,
                "the body hash is signed in base64, not in hexadecimal",
                body
            )
            for function in [HashFunction.sha1, .sha512, .md5] {
                let other = try function.digest(of: body.bytes.span)
                add(
                    Array(Hex.text(other.span).utf8),
                    .hashForm,
                    "the body is hashed with \(function.rawValue), not with SHA-256",
                    body
                )
            }
            if body.bytes.count <= Self.plainBytesMax {
                add(body.bytes, .bodyText, "the body itself is signed, not its hash", body)
            }
        }
    }

    private mutating func add(
        _ text: [UInt8],
        _ name: SignatureDifference.Name,
        _ detail: String,
        _ body: Rewritten
    ) {
        ladder.add(text, body.changes + [SignatureDifference(name: name, detail: detail)])
    }
}
