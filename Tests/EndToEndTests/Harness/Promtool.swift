import Foundation

/// `promtool`, which comes with Prometheus.
enum Promtool {
    /// The program, nil when it is not installed.
    static let program: String? = {
        let places: [String] = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs it, with a file as its input; returns what it says, nil when it finds nothing wrong.
    static func complaint(_ arguments: [String], input: String = "/dev/null") throws -> String? {
        let script = "input=$1; shift; exec \"$0\" \"$@\" <\"$input\""
        let result = try ChildProcess.run(
            "/bin/sh",
            ["-c", script, program ?? "promtool", input] + arguments
        )
        if result.end == .exited(0) { return nil }
        return (result.output + result.errors).joined(separator: "\n")
    }
}

/// A file of the repository.
enum Repository {
    static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }
}
