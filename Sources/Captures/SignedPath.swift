/// The path part of a string to sign, which may be a path or a complete URL; parsed leniently.
package struct SignedPath: Equatable {
    /// The scheme without `://`; nil if there is none.
    package var scheme: String?

    /// Host and port as written; nil if the text is a path.
    package var authority: String?
    package var path: String

    /// The query without its `?`; nil if there is none.
    package var query: String?

    package init(_ text: String) {
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

    /// The text as it occurs in the string to sign.
    package var text: String {
        let origin = scheme.map { $0 + "://" } ?? ""
        return origin + (authority ?? "") + path + (query.map { "?" + $0 } ?? "")
    }

    /// A copy to which `change` was applied.
    package func with(_ change: (inout SignedPath) -> Void) -> SignedPath {
        var other = self
        change(&other)
        return other
    }

    /// The authority without its port; nil if it has none.
    package var withoutPort: String? {
        guard let authority, let colon = authority.lastIndex(of: ":"),
            authority[authority.index(after: colon)...].allSatisfy(\.isNumber)
        else { return nil }
        return String(authority[..<colon])
    }

    /// Maximum number of slashes at which a path is cut.
    private static let segmentsMax = 16

    /// The slashes at which the path can be cut: all but the first.
    private var innerSlashes: [String.Index] {
        path.indices.dropFirst().filter { path[$0] == "/" }.prefix(Self.segmentsMax).map { $0 }
    }

    /// The path without its first segment, without its first two, and so on.
    package var suffixes: [String] { innerSlashes.map { String(path[$0...]) } }

    /// The first segment of the path, its first two, and so on, up to the whole path.
    package var prefixes: [String] {
        innerSlashes.map { String(path[..<$0]) } + (path == "/" ? [] : [path])
    }
}
