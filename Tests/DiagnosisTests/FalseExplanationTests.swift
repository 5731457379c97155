import Captures
import Crypto
import Snap
import Support
import Testing

@testable import Diagnosis

/// What was signed is never explained by a change that did not happen.
struct FalseExplanationTests {
    /// A body with everything that a rewriting changes.
    static let body = Array(
        (#"{"originalPartnerReferenceNo":"PAY12345678910","originalReferenceNo":"TRX-0001","#
            + #""latestTransactionStatus":"00","amount":{"value":"10000.00","currency":"IDR"},"#
            + #""createdTime":"2026-11-22T09:58:00+07:00","x":null,"y":"é \u00e9 \/ <b> = '","#
            + #" "n": 10000000.50, "finishedTime":"2026-11-22T10:00:00+07:00"}"#).utf8
    )

    /// Every string that a search tries for a callback, as digests.
    private static func tried(_ scene: Scene) throws -> Set<Digest> {
        let hasher = try SHA256()
        var search = try CandidateSearch(scene.callback, scene.settings, hasher: hasher)
        var digests: Set<Digest> = []
        let found = try search.find { text in
            digests.insert(hasher.digest(of: text.span))
            return false
        }
        #expect(found == nil)
        #expect(search.isComplete)
        return digests
    }

    /// A rewriting that is not in the table: a letter or a digit (but not 0, which number forms add
    /// and remove) is replaced, added, removed, repeated or moved.
    private static func rewritten(
        _ body: [UInt8],
        _ random: inout SplitMix64
    ) -> [UInt8] {
        let letters = Array("ghjkmpqwyz234789".utf8)
        let places = body.indices.filter { index in
            let byte = body[index]
            return byte > 0x30 && Character(Unicode.Scalar(byte)).isLetter
                || (0x31...0x39).contains(byte)
        }
        guard let place = places.randomElement(using: &random),
            let letter = letters.randomElement(using: &random)
        else { return body }
        var other = body
        switch Int.random(in: 0..<5, using: &random) {
        case 0: other[place] = other[place] == letter ? 0x35 : letter
        case 1: other.insert(letter, at: place)
        case 2: other.remove(at: place)
        case 3: other.insert(other[place], at: place)
        default:
            other.remove(at: place)
            other.insert(letter, at: min(place + 2, other.count))
        }
        return other
    }

    @Test func `500 rewritings that are not in the table are not explained`() throws {
        var scene = try Scene()
        scene.callback.body = Self.body
        let tried = try Self.tried(scene)
        #expect(tried.count > 10_000)
        var random = SplitMix64(seed: 12)
        let hasher = try SHA256()
        var count = 0
        while count < 500 {
            var signed = Self.rewritten(Self.body, &random)
            // Half of them are changed again, by a row of the table.
            if Bool.random(using: &random),
                let row = BodyRewriting.table.randomElement(using: &random)
            {
                signed = row.apply(signed) ?? signed
            }
            if signed == Self.body { continue }
            let text = "POST:\(Scene.path):\(hasher.digest(of: signed.span).hex):\(Scene.timestamp)"
            let digest = hasher.digest(of: Array(text.utf8).span)
            #expect(!tried.contains(digest), "\(String(decoding: signed, as: UTF8.self))")
            count += 1
        }
    }

    @Test func `strings that are not in the table are not explained`() throws {
        var scene = try Scene()
        scene.callback.body = Self.body
        let tried = try Self.tried(scene)
        let hasher = try SHA256()
        let hash = hasher.digest(of: Self.body.span).hex
        let time = Scene.timestamp
        let texts = [
            "POST;\(Scene.path);\(hash);\(time)", "POST:\(Scene.path):\(time):\(hash)",
            "\(Scene.path):POST:\(hash):\(time)", "POST:\(Scene.path):\(hash)",
            "POST:\(Scene.path):\(hash.prefix(32)):\(time)", "POST:\(Scene.path):\(hash):\(time):",
            "POST:\(Scene.path):\(hash):2026-11-22T10:00:07+07:00", "POST:/\(hash):\(time)", hash,
            "PATCH:\(Scene.path):\(hash):\(time)", "POST:\(Scene.path)s:\(hash):\(time)", time, "",
        ]
        for text in texts {
            #expect(!tried.contains(hasher.digest(of: Array(text.utf8).span)), "\(text)")
        }
    }

    @Test func `another content is named as that`() throws {
        var random = SplitMix64(seed: 13)
        for _ in 0..<5 {
            let signed = Self.rewritten(Self.body, &random)
            let diagnosis = try Scene {
                $0.callback.body = Self.body
                $0.signedBody = signed
            }.diagnosis()
            #expect(diagnosis.verdict == .otherContent)
            #expect(diagnosis.changes.isEmpty)
            #expect(diagnosis.isComplete)
        }
    }

    @Test func `a large body is searched within a bound of work`() throws {
        let element = Array(#"{"value": 10000.50, "name": "é \/ <b>", "t": null}, "#.utf8)
        let body = Array("[".utf8) + (0..<1_200).flatMap { _ in element } + Array("1]".utf8)
        #expect(body.count > 60_000)
        let variants = try BodyVariants(body, forms: [.raw, .minified], hasher: try SHA256())
        #expect(!variants.isComplete)
        // All single changes are tried; of two changes, as many as the bound allows.
        let pairs = variants.ladder.steps[2].count
        #expect(pairs > 0)
        #expect(pairs * 50_000 < BodyVariants.pairBytesMax * 2)
    }
}
