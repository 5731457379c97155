import FoundationEssentials
import Glibc

/// A directory of its own for one test; it goes with everything in it when the value goes.
package final class TemporaryDirectory: Sendable {
    /// The directory could not be made.
    package struct Failure: Error {
        package let code: CInt
    }

    package let path: String

    /// - Parameter parent: an existing directory.
    package init(in parent: String = "/tmp") throws {
        var template = Array("\(parent)/cashin-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the directory.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file of the directory, in place of one that is there.
    package func write(_ name: String, _ text: String, mode: UInt32 = 0o600) throws {
        let url = URL(filePath: file(name))
        try? FileManager.default.removeItem(at: url)
        try Data(text.utf8).write(to: url)
        guard chmod(file(name), mode) == 0 else { throw Failure(code: errno) }
    }

    /// The text of a file of the directory.
    package func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: file(name))), as: UTF8.self)
    }
}
