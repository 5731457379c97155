/// The program's version (semver.org), and the commit that it was built from.
package enum Version {
    package static let text = "0.2.0"

    /// The field `User-Agent` of the requests that the receiver sends (RFC 9110 section 10.1.5).
    package static let userAgent = "cashin-receiver/\(text)"

    /// The abbreviated commit; nil in a build that is not from an archive of git.
    package static let commit: String? = commit(in: "$Format:%h$")

    /// For `--version`: `0.2.0 (commit 1234abc)`.
    package static let description = description(commit: commit)

    /// - Parameter text: a placeholder that `git archive` replaces by the commit (`export-subst` in
    ///   `.gitattributes`), as `scripts/package` does.
    static func commit(in text: String) -> String? {
        text.isEmpty || text.contains("$") ? nil : text
    }

    static func description(commit: String?) -> String {
        commit.map { "\(text) (commit \($0))" } ?? text
    }
}
