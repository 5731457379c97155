/// What Package.swift says about the product's targets: each with those it depends on, in its
/// order.
struct Manifest {
    /// Targets of the product, C modules included; a later one may depend on earlier ones only.
    let targets: [(name: String, dependencies: [String])]

    /// Reads the calls `.systemLibrary(name: …)`, `.target(name: …)` of a C module, `library(…)` and
    /// `.executableTarget(…)` that stand between `targets: [` and the tests.
    init(text: String) {
        let body = text.components(after: "    targets: [").components(before: "// Tests.")
        var targets: [(name: String, dependencies: [String])] = []
        for call in body.calls {
            let names = call.quotedWords
            guard let name = names.first else { continue }
            let isC = call.hasPrefix(".systemLibrary") || call.hasPrefix(".target")
            targets.append((name, isC ? [] : Array(names.dropFirst())))
        }
        self.targets = targets
    }

    func dependencies(of module: String) -> [String]? {
        targets.first { $0.name == module }?.dependencies
    }

    /// Dependencies on targets that stand below, as `target -> dependency`.
    var upwardArrows: [String] {
        targets.enumerated().flatMap { index, target in
            target.dependencies.filter { dependency in
                !targets[..<index].contains { $0.name == dependency }
            }.map { "\(target.name) -> \($0)" }
        }
    }
}

extension String {
    /// What stands behind the first `separator`; empty without one.
    fileprivate func components(after separator: String) -> String {
        guard let range = firstRange(of: separator) else { return "" }
        return String(self[range.upperBound...])
    }

    /// What stands before the first `separator`; everything without one.
    fileprivate func components(before separator: String) -> String {
        guard let range = firstRange(of: separator) else { return self }
        return String(self[..<range.lowerBound])
    }

    /// Every top-level call of these functions, from its name to its closing parenthesis.
    fileprivate var calls: [String] {
        var calls: [String] = []
        var call = ""
        var depth = 0
        for line in split(separator: "\n") {
            let text = line.drop { $0 == " " }
            if depth == 0 {
                let starts = [".systemLibrary(", ".target(", "library(", ".executableTarget("]
                guard starts.contains(where: { text.hasPrefix($0) }) else { continue }
                call = ""
            }
            call += text
            depth += text.count { $0 == "(" } - text.count { $0 == ")" }
            if depth == 0 { calls.append(call) }
        }
        return calls
    }

    /// What stands between quotation marks, but for the path and the settings of a call.
    fileprivate var quotedWords: [String] {
        let parts = split(separator: "\"", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
    }
}
