/// The case-insensitive edit distance of two texts (optimal string alignment).
///
/// Counts insertions, deletions, replacements and swaps of adjacent characters.
package func editDistance(_ first: String, _ second: String) -> Int {
    let left = Array(first.lowercased().unicodeScalars)
    let right = Array(second.lowercased().unicodeScalars)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        for column in 0..<right.count {
            let replacement = last[column] + (left[row] == right[column] ? 0 : 1)
            var best = min(replacement, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}

/// The known key path most similar to an unknown one; nil if `known` is empty.
///
/// The last components are compared; among equals a key of the same section wins.
package func nearestKey(to unknown: String, among known: [String]) -> String? {
    let (section, name) = splitPath(unknown)
    return known.min { rank($0) < rank($1) }

    func rank(_ path: String) -> Int {
        let (otherSection, otherName) = splitPath(path)
        // A different section costs one and a half edits: a typing error is likelier than a
        // misplaced key.
        return editDistance(name, otherName) * 2 + (section == otherSection ? 0 : 3)
    }
}

private func splitPath(_ path: String) -> (section: Substring, name: String) {
    guard let dot = path.lastIndex(of: ".") else { return ("", path) }
    return (path[..<dot], String(path[path.index(after: dot)...]))
}
