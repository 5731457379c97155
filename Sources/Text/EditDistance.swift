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
