import FoundationEssentials
import Glibc

/// A directory of its own for one test; it goes with everything in it when the value goes.
package final class TemporaryDirectory: Sendable {
    /// The directory could not be made.
    package struct Failure: Error {
        package let code: CInt
    }

    package let path: String

    package init() throws {
        var template = Array("/tmp/cashin-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the directory.
    package func file(_ name: String) -> String { "\(path)/\(name)" }
}
