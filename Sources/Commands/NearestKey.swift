import Text

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
