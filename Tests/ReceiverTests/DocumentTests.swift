import Glibc
import Support
import Testing

@testable import Commands
@testable import Receiver

/// The manual pages and the completion script of the Debian package.
struct DocumentTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: Program.receiver.commands)
    func `the manual page of a command has the texts of its help`(_ command: Command) async {
        let (code, page, error) = await run(["--manual"] + command.words)
        #expect((code, error) == (.success, ""))
        // Hyphens and quotes are escaped.
        let plain = page.replacing("\\-", with: "-").replacing("\\(dq", with: "\"")
            .replacing("\\(aq", with: "'").replacing("\\(ga", with: "`")
        for option in command.options {
            #expect(plain.contains(".B \(option.usage)\n"))
            #expect(plain.contains(option.summary))
        }
        #expect(plain.contains(command.example))
        for code in command.exitMeanings { #expect(plain.contains(code.meaning)) }
        let overview = await run(["--manual"])
        let title = command.manualTitle(program: "cashin-receiver").replacing("-", with: "\\-")
        #expect(overview.output.contains(".BR \(title) (1)"))
    }

    @Test func `the manual page of an unknown command is a usage error`() async {
        let (code, output, error) = await run(["--manual", "srve"])
        #expect((code, output) == (.usage, ""))
        #expect(error.contains("unknown command \"srve\", the nearest is serve"))
    }

    /// What bash offers for the last word of a command line.
    private func completions(_ words: [String]) async throws -> Set<String> {
        let script = await run(["--completion"]).output
        try directory.write("completion", script)
        try directory.write("key.pem", "")
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        let command = """
            cd \(directory.path); . ./completion
            COMP_WORDS=(cashin-receiver \(list)) COMP_CWORD=\(words.count)
            _cashin_receiver; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let file = directory.file("output")
        let id = try spawn(["/bin/bash", "-u", "-c", command]) { $0.redirectOutput(to: file) }
        #expect(waitForEnd(of: id).exitCode == 0)
        let lines = try directory.read("output").split(separator: "\n").map(String.init)
        unlink(file)
        return Set(lines)
    }

    @Test func `bash completes commands, options and files`() async throws {
        #expect(try await completions(["ser"]) == ["serve"])
        #expect(try await completions([""]).isSuperset(of: ["init", "token", "--version"]))
        #expect(try await completions(["token", ""]) == ["new"])
        #expect(try await completions(["token", "new", "--s"]) == ["--scopes"])
        #expect(try await completions(["attention", ""]).contains("resolve"))
        #expect(try await completions(["attention", "resolve", "--acc"]) == ["--accept"])
        #expect(try await completions(["serve", "--config", "k"]) == ["key.pem"])
        #expect(try await completions(["serve", "--config", "k", "--se"]) == ["--set"])
        #expect(try await completions(["serve", "--set", ""]).isEmpty)
        #expect(try await completions(["diagnose", "k"]) == ["key.pem"])
        #expect(try await completions(["--manual", "dos"]) == ["dossier"])
        for command in Program.receiver.commands {
            let options = Set(command.options.map(\.name) + ["--help"])
            let found = try await completions(command.words + ["--"])
            #expect(found == options, "\(command.name)")
        }
    }
}
