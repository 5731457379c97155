import Foundation
import Support
import Testing

@testable import System

/// Files whose contents are written again.
@Suite struct FileRewritingTests {
    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `the bytes stay the same, and stay in the same file`(count: Int) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("wal")
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try FileCreation.write(bytes, to: path, mode: 0o600)
        let identity = FileIdentity(at: path)
        try FileRewriting.run(path)
        #expect(try FileContents(reading: path, bytesMax: count).bytes == bytes)
        #expect(FileIdentity(at: path) == identity)
    }

    @Test func `a missing file stays missing, and a directory is an error`() throws {
        let directory = try TemporaryDirectory()
        try FileRewriting.run(directory.file("wal"))
        #expect(!FileCreation.exists(directory.file("wal")))
        #expect(throws: FileError.self) { try FileRewriting.run(directory.path) }
    }
}
