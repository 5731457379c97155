import Testing

@testable import System

struct CurrentProcessTests {
    @Test func `the runtime's arguments are taken without the program's name`() {
        #expect(CurrentProcess.arguments(["program", "serve", "--set"]) == ["serve", "--set"])
        #expect(CurrentProcess.arguments(["program"]) == [])
    }

    @Test func `where the runtime has none, the kernel's are taken`() {
        #expect(!CommandLine.arguments.dropFirst().isEmpty)
        #expect(CurrentProcess.arguments([]) == Array(CommandLine.arguments.dropFirst()))
    }

    private static let commandLines: [(String, [String])] = [
        ("", []), ("program\0", []), ("program\0serve\0", ["serve"]),
        ("program\0\0--set\0\0", ["", "--set", ""]), ("program\0cut", ["cut"]),
        ("program\0a b\0ü\0", ["a b", "ü"]),
    ]

    @Test(arguments: commandLines)
    func `each argument ends with a zero byte`(_ commandLine: String, _ arguments: [String]) {
        #expect(CurrentProcess.arguments(in: Array(commandLine.utf8)) == arguments)
    }
}
