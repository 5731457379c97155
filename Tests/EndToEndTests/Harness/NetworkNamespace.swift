import Foundation
import Glibc

/// A network namespace of Linux, which root may make.
final class NetworkNamespace: Sendable {
    let name: String

    private static let program = "/usr/sbin/ip"

    /// Whether namespaces can be made here.
    static let isPossible = geteuid() == 0 && (try? NetworkNamespace()) != nil

    init() throws {
        name = Unique.text("net")
        try Self.run(["netns", "add", name])
        try Self.run(["-n", name, "link", "set", "lo", "up"])
    }

    /// Its network interfaces go with it.
    deinit { try? Self.run(["netns", "delete", name]) }

    /// What starts a program in it, before the program's path.
    var command: [String] { [Self.program, "netns", "exec", name] }

    /// Runs the program `ip`.
    static func run(_ arguments: [String]) throws {
        let result = try ChildProcess.run(program, arguments)
        guard result.end == .exited(0) else { throw NotPossible(errors: result.errors) }
    }

    struct NotPossible: Error, CustomStringConvertible {
        let errors: [String]
        var description: String { "ip: \(errors)" }
    }
}

extension NetworkNamespace? {
    /// Runs the program `ip` in the namespace; nil is that of the tests.
    func run(_ arguments: [String]) throws {
        try NetworkNamespace.run((map { ["-n", $0.name] } ?? []) + arguments)
    }
}
