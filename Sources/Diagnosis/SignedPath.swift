/// What stands for the path in a string to sign: a path, or a complete URL. Taken apart leniently.
struct SignedPath: Equatable {
    /// Without `://`.
    var scheme: String?

    /// Host and port as written; nil in a path.
    var authority: String?
    var path: String

    /// Without its `?`.
    var query: String?

    init(_ text: String) {
        var rest = Substring(text)
        if let mark = text.firstRange(of: "://"), !text[..<mark.lowerBound].contains("/") {
            scheme = String(text[..<mark.lowerBound])
            rest = text[mark.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            self.authority = String(authority)
            rest = rest.dropFirst(authority.count)
        }
        let path = rest.prefix { $0 != "?" }
        self.path = String(path)
        query = path.endIndex < rest.endIndex ? String(rest.dropFirst(path.count + 1)) : nil
    }

    /// As it stands in the string to sign.
    var text: String {
        let origin = scheme.map { $0 + "://" } ?? ""
        return origin + (authority ?? "") + path + (query.map { "?" + $0 } ?? "")
    }

    /// The path with one thing changed.
    func with(_ change: (inout SignedPath) -> Void) -> SignedPath {
        var other = self
        change(&other)
        return other
    }

    /// The authority without its port; nil when it has none.
    var withoutPort: String? {
        guard let authority, let colon = authority.lastIndex(of: ":"),
            authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
        else { return nil }
        return String(authority[..<colon])
    }

    /// How deep a path is looked into.
    private static let segmentsMax = 16

    /// Where the path can be cut: each slash but the first.
    private var innerSlashes: [String.Index] {
        path.indices.dropFirst().filter { path[$0] == "/" }.prefix(Self.segmentsMax).map { $0 }
    }

    /// The path without its first segment, its first two, and so on.
    var suffixes: [String] { innerSlashes.map { String(path[$0...]) } }

    /// The path's first segment, its first two, and so on, and the whole.
    var prefixes: [String] {
        innerSlashes.map { String(path[..<$0]) } + (path == "/" ? [] : [path])
    }
}
