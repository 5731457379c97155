extension Program {
    /// The completion script for bash: commands, options, and the values that are files.
    ///
    /// The names are those of `--help`.
    var completionScript: String {
        let function = "_" + name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
        return """
            # Completion of \(name) for bash; printed by `\(name) --completion`.
            \(function)() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
                local words= files= directories= values= operand=
                case "${COMP_WORDS[*]:1:COMP_CWORD - 1} " in
            \(completionCases.joined(separator: "\n"))
                esac
                COMPREPLY=()
                case " $values " in *" $previous "*) return ;; esac
                case " $files " in *" $previous "*) words= operand=-f ;; esac
                case " $directories " in *" $previous "*) words= operand=-d ;; esac
                mapfile -t COMPREPLY < <(
                    compgen -W "$words" -- "$current"
                    [ -z "$operand" ] || compgen "$operand" -- "$current"
                )
            }
            complete -o filenames -F \(function) \(name)

            """
    }

    /// The branches of the script, the longest names first: `attention resolve` before `attention`.
    private var completionCases: [String] {
        var beginnings: [[String]] = []
        for command in commands {
            for count in 1...command.words.count {
                let beginning = Array(command.words.prefix(count))
                if !beginnings.contains(beginning) { beginnings.append(beginning) }
            }
        }
        let longestFirst = beginnings.sorted { $0.count > $1.count }
        let first = nextWords([])
        let firstOrOption = first + Self.options.map(\.name)
        return longestFirst.map { completionCase($0) } + [
            "        ' ') words='\(firstOrOption.joined(separator: " "))' ;;",
            "        '--manual ') words='\(first.joined(separator: " "))' ;;",
        ]
    }

    /// The branch for the words of a command, or for the first of them.
    private func completionCase(_ beginning: [String]) -> String {
        let command = commands.first { $0.words == beginning }
        let options = command.map { $0.options.map(\.name) + ["--help"] } ?? []
        var lines = [
            "        '\(beginning.joined(separator: " ")) '*)",
            "            words='\((nextWords(beginning) + options).joined(separator: " "))'",
        ]
        for kind in ValueKind.allCases {
            let names = (command?.options ?? []).filter { $0.value.map(ValueKind.init) == kind }
            if names.isEmpty { continue }
            lines.append("            \(kind)='\(names.map(\.name).joined(separator: " "))'")
        }
        if command?.operand.map(ValueKind.init) == .files { lines.append("            operand=-f") }
        return (lines + ["            ;;"]).joined(separator: "\n")
    }

    /// The words that may follow the beginning of a command's name.
    private func nextWords(_ beginning: [String]) -> [String] {
        var next: [String] = []
        for words in commands.map(\.words) where words.count > beginning.count {
            let word = words[beginning.count]
            if words.starts(with: beginning), !next.contains(word) { next.append(word) }
        }
        return next
    }
}

/// What bash can offer for a value, by its name in the help; the names of the script's variables.
private enum ValueKind: CaseIterable {
    case files, directories
    /// Nothing.
    case values

    init(_ name: String) {
        switch name {
        case "FILE", "PEM", "PATH", "DATABASE": self = .files
        case "DIR": self = .directories
        default: self = .values
        }
    }
}
