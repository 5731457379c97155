import HTTPCore
import Payments
import Support
import Testing

@testable import APIModel
@testable import Commands
@testable import Configuration
@testable import Diagnosis
@testable import InternalAPI
@testable import Receiver

/// What the pages for operators and integrators list is what the program has.
struct PagesTests {
    /// The rows of a page's tables whose first cell contains a word in code voice.
    private static func rows(of word: String, in page: String) throws -> [[Substring]] {
        try Fixture.page(page).split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.split(separator: "|") }
            .filter { $0.first?.contains("`\(word)`") == true }
    }

    private static let routes = "Sources/Receiver/Receiver.docc/Routes.md"

    @Test(arguments: Program.receiver.commands)
    func `every command stands in the table of commands`(_ command: Command) throws {
        let rows = try Fixture.page("deploy/COMMANDS.md").split(separator: "\n").filter {
            $0.hasPrefix("| `\(command.name)`") || $0.hasPrefix("| `\(command.name) ")
        }
        #expect(!rows.isEmpty)
    }

    /// All keys but the names of sections; `internal.limits` has the keys of `limits`.
    private static let keys = Configuration.knownKeys.filter {
        $0.contains(".") && !$0.hasPrefix("internal.limits")
    }

    @Test(arguments: keys)
    func `every key stands in the table of the configuration`(key: String) throws {
        #expect(try Self.rows(of: key, in: "deploy/CONFIGURATION.md").count == 1)
    }

    @Test(arguments: AttentionKind.allCases)
    func `every kind of entry says what to do`(kind: AttentionKind) throws {
        let rows = try Self.rows(of: kind.rawValue, in: "deploy/OPERATING.md")
        #expect(rows.map(\.count) == [4])
    }

    @Test(arguments: APIRoute.all)
    func `every route stands in the table of routes, with its scope`(route: APIRoute) throws {
        let rows = try Fixture.page(Self.routes).split(separator: "\n").filter { line in
            let columns = line.split(separator: "|")
            guard line.hasPrefix("| `"), columns.count > 1 else { return false }
            return columns[0].contains("`\(route.method)") && columns[0].contains("\(route.path)`")
                && columns[1].contains(route.scope.map { "`\($0.rawValue)`" } ?? "none")
        }
        #expect(rows.count == 1)
    }

    @Test(arguments: Problem.Kind.allCases)
    func `every problem stands in the table of problems, with its status`(
        kind: Problem.Kind
    ) throws {
        let rows = try Fixture.page(Self.routes).split(separator: "\n").filter {
            $0.hasPrefix("| \(kind.status.code) |") && $0.contains("`\(kind.rawValue)`")
        }
        #expect(rows.count == 1)
    }

    @Test func `every word that a diagnosis uses is explained`() throws {
        let words =
            SignatureDiagnosis.Verdict.allCases.map(\.rawValue)
            + SignatureDifference.Name.allCases.map(\.rawValue)
        for word in words {
            #expect(try !Self.rows(of: word, in: "deploy/INVESTIGATING.md").isEmpty, "\(word)")
        }
    }

    @Test func `every script is explained`() throws {
        let testing = try Fixture.page("Sources/Receiver/Receiver.docc/Testing.md")
        let scripts = try Fixture.names("../../scripts")
        #expect(scripts.count > 10)
        for script in scripts { #expect(testing.contains("`scripts/\(script)"), "\(script)") }
    }
}
