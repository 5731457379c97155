/// Checks that the member names of an object differ after unescaping (RFC 8259 section 4).
enum JSONNames {
    /// The maximum of members that are compared in pairs, which needs no allocation.
    private static let pairwiseMax = 16

    /// The offset of a name that occurs twice in the object at `index`; nil when all differ.
    static func repetition(
        in index: Int,
        of tokens: [JSONToken],
        _ bytes: Span<UInt8>
    ) -> Int? {
        let end = Int(tokens[index].next)
        var count = 0
        var name = index + 1
        while name < end {
            count += 1
            // With many members, comparing pairs would take quadratic time.
            if count > pairwiseMax { return repetitionAmongMany(in: index, of: tokens, bytes) }
            var other = index + 1
            while other < name {
                if isEqual(tokens[other], tokens[name], bytes) {
                    return tokens[name].range.lowerBound
                }
                other = Int(tokens[other + 1].next)
            }
            name = Int(tokens[name + 1].next)
        }
        return nil
    }

    private static func repetitionAmongMany(
        in index: Int,
        of tokens: [JSONToken],
        _ bytes: Span<UInt8>
    ) -> Int? {
        // Swift seeds its hashes at random in each process, so no sender can construct collisions.
        var seen: Set<[UInt8]> = []
        var name = index + 1
        while name < Int(tokens[index].next) {
            let token = tokens[name]
            let isNew = seen.insert(JSONEscape.unescaped(bytes.extracting(token.range))).inserted
            if !isNew { return token.range.lowerBound }
            name = Int(tokens[name + 1].next)
        }
        return nil
    }

    private static func isEqual(
        _ left: JSONToken,
        _ right: JSONToken,
        _ bytes: Span<UInt8>
    ) -> Bool {
        if left.hasEscapes || right.hasEscapes {
            return JSONEscape.unescaped(bytes.extracting(left.range))
                == JSONEscape.unescaped(bytes.extracting(right.range))
        }
        return bytes.extracting(left.range).isEqual(to: bytes.extracting(right.range))
    }
}
