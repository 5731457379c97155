/// Separates code, comments and the contents of string literals, keeping every line and column
/// where it was, so that rules about one of them do not see the others. What is interpolated into a
/// literal is code. Works on bytes: a character that belongs to another part and is beyond ASCII
/// becomes several blanks.
struct CodeText {
    /// One source, three times: what does not belong to the part is blank.
    struct Parts {
        let code: String
        let comments: String
        let literals: String
    }

    private enum Part { case code, comment, literal }

    private enum Mode: Equatable {
        /// Code; `parentheses` counts those open since an interpolation began, nil outside of one.
        case code(parentheses: Int?)
        case lineComment
        /// A literal that `quotes` quotation marks and `hashes` number signs delimit.
        case literal(quotes: Int, hashes: Int)
    }

    private let source: [UInt8]
    private var index = 0
    private var modes: [Mode] = [.code(parentheses: nil)]
    private var code: [UInt8]
    private var comments: [UInt8]
    private var literals: [UInt8]

    /// The code of `source`, as long as `source` is.
    static func code(of source: String) -> String { parts(of: source).code }

    /// The parts of `source`, each as long as `source` is.
    static func parts(of source: String) -> Parts {
        var text = CodeText(source: Array(source.utf8))
        while text.index < text.source.count { text.step() }
        return Parts(
            code: String(decoding: text.code, as: UTF8.self),
            comments: String(decoding: text.comments, as: UTF8.self),
            literals: String(decoding: text.literals, as: UTF8.self)
        )
    }

    /// The bytes that begin or end something; every other one is passed on as it is.
    private static let marks = Set("\n/\"#\\()".utf8)

    private init(source: [UInt8]) {
        self.source = source
        // Lines stay lines in each part.
        let blank = source.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        (code, comments, literals) = (blank, blank, blank)
    }

    private mutating func step() {
        let mode = modes[modes.count - 1]
        if source[index] == UInt8(ascii: "\n") {
            if mode == .lineComment { modes.removeLast() }
            take(1, as: .code)
            return
        }
        switch mode {
        case .lineComment: take(1, as: .comment)
        case .code where !Self.marks.contains(source[index]): take(1, as: .code)
        case .literal where !Self.marks.contains(source[index]): take(1, as: .literal)
        case .literal(let quotes, let hashes): stepInLiteral(quotes: quotes, hashes: hashes)
        case .code(let parentheses): stepInCode(parentheses: parentheses)
        }
    }

    private mutating func stepInCode(parentheses: Int?) {
        if starts(with: "//") {
            modes.append(.lineComment)
            return
        }
        let hashes = source[index...].prefix { $0 == UInt8(ascii: "#") }.count
        if index + hashes < source.count, source[index + hashes] == UInt8(ascii: "\"") {
            let isMultiline = starts(with: "\"\"\"", at: index + hashes)
            let quotes = isMultiline ? 3 : 1
            take(hashes + quotes, as: .code)
            modes.append(.literal(quotes: quotes, hashes: hashes))
            return
        }
        if let parentheses {
            let isOpening = source[index] == UInt8(ascii: "(")
            let isClosing = source[index] == UInt8(ascii: ")")
            let change = isOpening ? 1 : isClosing ? -1 : 0
            modes.removeLast()
            if parentheses + change > 0 { modes.append(.code(parentheses: parentheses + change)) }
        }
        take(1, as: .code)
    }

    private mutating func stepInLiteral(quotes: Int, hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        if starts(with: "\\\(marks)(") {
            take(2 + hashes, as: .code)
            modes.append(.code(parentheses: 1))
        } else if starts(with: "\\\(marks)") {
            take(min(2 + hashes, source.count - index), as: .literal)
        } else if starts(with: String(repeating: "\"", count: quotes) + marks) {
            modes.removeLast()
            take(quotes + hashes, as: .code)
        } else {
            take(1, as: .literal)
        }
    }

    private func starts(with text: String, at place: Int? = nil) -> Bool {
        source[(place ?? index)...].starts(with: text.utf8)
    }

    private mutating func take(_ count: Int, as part: Part) {
        for place in index..<(index + count) {
            switch part {
            case .code: code[place] = source[place]
            case .comment: comments[place] = source[place]
            case .literal: literals[place] = source[place]
            }
        }
        index += count
    }
}
