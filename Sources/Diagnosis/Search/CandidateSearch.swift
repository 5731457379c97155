import Captures
import Crypto

/// Searches for the signed string among all strings that a sender may have made of a callback.
///
/// A string consists of method, path, body hash and timestamp, in a shape. Each part has a ladder
/// of variants; strings are tried in the order of their total number of changes.
struct CandidateSearch {
    /// The signed string, and its differences from the expected one.
    struct Found: Equatable {
        let text: [UInt8]
        /// The path in it; nil if it has none.
        let path: String?
        let changes: [SignatureDifference]
    }

    /// Maximum number of strings tried; an ordinary callback has about half of that.
    static let candidatesMax = 50_000

    private let methods: VariantLadder<String>
    private let paths: VariantLadder<String>
    private let bodies: BodyVariants
    private let shapes: VariantLadder<SignedTextShape>
    private let timestamps: VariantLadder<[UInt8]>
    /// The client ids tried in the string for an access token: the received one, then the
    /// configured one.
    private let clientIDs: [String]
    /// Times up to 1.5 s away from X-TIMESTAMP; empty unless it has milliseconds.
    private let nearTimestamps: [(value: [UInt8], change: SignatureDifference)]

    private let hasher: SHA256

    /// The number of strings that the last search tried.
    private(set) var tried = 0

    /// - Throws: if OpenSSL lacks a hash function.
    init(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings,
        hasher: SHA256
    ) throws(CryptoError) {
        self.hasher = hasher
        methods = Self.methods(callback.method)
        paths = PathVariants.ladder(callback, settings)
        bodies = try BodyVariants(callback.body, forms: settings.bodyForms, hasher: hasher)
        shapes = SignedTextShape.ladder(callback)
        let times = callback.values(of: "X-TIMESTAMP")
        timestamps = TimestampVariants.ladder(times)
        nearTimestamps = times.count == 1 ? TimestampShifts.milliseconds(around: times[0]) : []
        let received = callback.texts(of: "X-PARTNER-ID").prefix(1)
        clientIDs = Array(received.filter { $0 != settings.clientID }) + [settings.clientID]
    }

    /// The expected `POST`, then the received method and other common spellings.
    private static func methods(_ received: String) -> VariantLadder<String> {
        var methods = VariantLadder<String>(countMax: 8)
        methods.add("POST")
        for method in [received, "post", "Post", "GET", "PUT"] where !method.isEmpty {
            let detail = "the method is signed as \(method)"
            methods.add(method, [SignatureDifference(name: .method, detail: detail)])
        }
        return methods
    }

    /// Whether the search was exhaustive: no limit was reached.
    var isComplete: Bool { tried < Self.candidatesMax && bodies.isComplete }

    /// The signed string with the fewest changes, two at most; nil if none matches.
    ///
    /// - Parameter isSigned: compares one string with the digest in the signature.
    mutating func find(
        _ isSigned: ([UInt8]) throws(CryptoError) -> Bool
    ) throws(CryptoError) -> Found? {
        tried = 0
        for count in 0...2 {
            if let found = try find(changes: count, isSigned) { return found }
            if count > 0, let found = try findToken(changes: count - 1, isSigned) { return found }
            if count == 1, let found = try findHashed(isSigned) { return found }
            if count == 1, let found = try findNear(isSigned) { return found }
        }
        return nil
    }

    /// Tries the strings with exactly `count` changes in total.
    private mutating func find(
        changes count: Int,
        _ isSigned: ([UInt8]) throws(CryptoError) -> Bool
    ) throws(CryptoError) -> Found? {
        for methodStep in 0...count {
            for pathStep in 0...(count - methodStep) {
                for hashStep in 0...(count - methodStep - pathStep) {
                    let rest = count - methodStep - pathStep - hashStep
                    for shapeStep in 0...rest {
                        let steps = Steps(
                            method: methodStep,
                            path: pathStep,
                            hash: hashStep,
                            shape: shapeStep,
                            timestamp: rest - shapeStep
                        )
                        if let found = try find(steps, isSigned) { return found }
                    }
                }
            }
        }
        return nil
    }

    /// The number of changes of each part.
    private struct Steps {
        let method: Int
        let path: Int
        let hash: Int
        let shape: Int
        let timestamp: Int
    }

    /// Tries the strings whose parts have the given numbers of changes.
    private mutating func find(
        _ steps: Steps,
        _ isSigned: ([UInt8]) throws(CryptoError) -> Bool
    ) throws(CryptoError) -> Found? {
        let timestamps = timestamps.steps[steps.timestamp]
        if timestamps.isEmpty { return nil }
        for shape in shapes.steps[steps.shape] {
            for method in methods.steps[steps.method] {
                for path in paths.steps[steps.path] {
                    for hash in bodies.ladder.steps[steps.hash] {
                        var text = shape.value.front(
                            method: method.value,
                            path: path.value,
                            hash: hash.value
                        )
                        let frontCount = text.count
                        for timestamp in timestamps {
                            guard tried < Self.candidatesMax else { return nil }
                            tried += 1
                            text.removeSubrange(frontCount...)
                            text += timestamp.value
                            guard try isSigned(text) else { continue }
                            let changes = method.changes + path.changes + hash.changes
                            return Found(
                                text: text,
                                path: path.value,
                                changes: changes + shape.changes + timestamp.changes
                            )
                        }
                    }
                }
            }
        }
        return nil
    }

    /// Tries the hashes of the expected strings: SHA256withRSA hashes what it signs, so a string
    /// that a program has hashed itself is hashed twice.
    private mutating func findHashed(
        _ isSigned: ([UInt8]) throws(CryptoError) -> Bool
    ) throws(CryptoError) -> Found? {
        let shape = SignedTextShape()
        for path in paths.steps[0] {
            for hash in bodies.ladder.steps[0] {
                for timestamp in timestamps.steps[0] {
                    let front = shape.front(method: "POST", path: path.value, hash: hash.value)
                    let text = front + timestamp.value
                    for (form, bytes) in hashForms(of: text) {
                        guard tried < Self.candidatesMax else { return nil }
                        tried += 1
                        guard try isSigned(bytes) else { continue }
                        let change = SignatureDifference(
                            name: .signatureHash,
                            detail: "the SHA-256 of the string is signed, \(form), not the string"
                        )
                        return Found(text: text, path: path.value, changes: [change])
                    }
                }
            }
        }
        return nil
    }

    /// The SHA-256 of a string in the notations of programs.
    private func hashForms(of text: [UInt8]) -> [(form: String, bytes: [UInt8])] {
        let digest = hasher.digest(of: text.span)
        var bytes: [UInt8] = []
        for index in 0..<Digest.count { bytes.append(digest.bytes[index]) }
        return [
            ("in hexadecimal", Array(digest.hex.utf8)),
            ("in hexadecimal capitals", Array(digest.hex.uppercased().utf8)),
            ("in base64", Base64.encode(bytes.span)), ("as bytes", bytes),
        ]
    }

    /// Tries the expected strings with times a few milliseconds away.
    private mutating func findNear(
        _ isSigned: ([UInt8]) throws(CryptoError) -> Bool
    ) throws(CryptoError) -> Found? {
        let shape = SignedTextShape()
        for path in paths.steps[0] {
            for hash in bodies.ladder.steps[0] {
                let front = shape.front(method: "POST", path: path.value, hash: hash.value)
                for (value, change) in nearTimestamps {
                    guard tried < Self.candidatesMax else { return nil }
                    tried += 1
                    let text = front + value
                    guard try isSigned(text) else { continue }
                    return Found(text: text, path: path.value, changes: [change])
                }
            }
        }
        return nil
    }

    /// Tries `clientId|timestamp`, the string signed for an access token, which does not cover the
    /// body.
    private mutating func findToken(
        changes count: Int,
        _ isSigned: ([UInt8]) throws(CryptoError) -> Bool
    ) throws(CryptoError) -> Found? {
        for timestamp in timestamps.steps[count] {
            for clientID in clientIDs {
                guard tried < Self.candidatesMax else { return nil }
                tried += 1
                let text = Array("\(clientID)|".utf8) + timestamp.value
                guard try isSigned(text) else { continue }
                let detail = "X-PARTNER-ID and X-TIMESTAMP are signed, as for an access token"
                let change = SignatureDifference(name: .tokenString, detail: detail)
                return Found(text: text, path: nil, changes: [change] + timestamp.changes)
            }
        }
        return nil
    }
}

/// One variant of a part of the string to sign, with its differences from the expected one.
struct Variant<Value: Sendable>: Sendable {
    let value: Value
    let changes: [SignatureDifference]
}

/// All variants of one part of the string to sign, grouped by their number of changes.
struct VariantLadder<Value: Hashable & Sendable>: Sendable {
    /// The variants with 0, 1 and 2 changes, by index.
    private(set) var steps: [[Variant<Value>]] = [[], [], []]
    private var seen: Set<Value> = []
    private let countMax: Int

    /// - Parameter countMax: maximum number of variants; further ones are ignored.
    init(countMax: Int) { self.countMax = countMax }

    /// Adds a variant, unless its value is present already or the ladder is full.
    ///
    /// Add variants with fewer changes first: the first entry of a value is kept.
    ///
    /// - Returns: whether the variant was added.
    @discardableResult
    mutating func add(_ value: Value, _ changes: [SignatureDifference] = []) -> Bool {
        guard changes.count < steps.count, seen.count < countMax else { return false }
        guard seen.insert(value).inserted else { return false }
        steps[changes.count].append(Variant(value: value, changes: changes))
        return true
    }

    /// Adds the alternatives of every variant, for each number of changes in turn.
    mutating func close(_ alternatives: (Value) -> [(value: Value, change: SignatureDifference)]) {
        for step in 0..<(steps.count - 1) {
            for variant in steps[step] {
                for (value, change) in alternatives(variant.value) {
                    add(value, variant.changes + [change])
                }
            }
        }
    }
}
