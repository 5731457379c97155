/// One place that breaks a rule.
struct Finding: Equatable, CustomStringConvertible {
    let path: String

    /// Counted from 1.
    let line: Int
    let rule: String

    var description: String { "\(path):\(line): \(rule)" }
}

/// One rule of the house style, as a pure function of a file.
struct Rule: Sendable {
    /// What a finding says: the rule, as a sentence.
    let text: String

    /// The lines that break it, counted from 1.
    let lines: @Sendable (SourceFile) -> [Int]

    func findings(in file: SourceFile) -> [Finding] {
        lines(file).map { Finding(path: file.path, line: $0, rule: text) }
    }
}
