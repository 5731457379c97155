import Support
import Testing

@testable import System

struct FilesTests {
    @Test(arguments: [(99, true), (100, true), (101, false)])
    func `a file is read up to a bound`(_ count: Int, _ isRead: Bool) throws {
        let directory = try TemporaryDirectory()
        try directory.write("a", String(repeating: "x", count: count), mode: 0o640)
        if isRead {
            let contents = try FileContents(reading: "\(directory.path)/a", bytesMax: 100)
            #expect(contents.bytes.count == count)
            #expect(contents.mode == 0o640)
        } else {
            #expect(throws: FileError.tooLarge(bytesMax: 100)) {
                try FileContents(reading: "\(directory.path)/a", bytesMax: 100)
            }
        }
    }

    @Test(arguments: ["", "a\0b"])
    func `a path that cannot be one is refused`(_ path: String) {
        #expect(throws: FileError.badPath) { try FileContents(reading: path, bytesMax: 1) }
        #expect(throws: FileError.badPath) { try FileCreation.write([], to: path, mode: 0o600) }
        #expect(throws: FileError.badPath) { try FileCreation.makeDirectories(path, mode: 0o700) }
    }

    @Test func `a directory is no file`() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: FileError.self) {
            try FileContents(reading: directory.path, bytesMax: 1)
        }
        #expect(error?.description == "read: Is a directory (21)")
    }

    @Test func `a file that exists is never written`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("a", "old")
        let error = #expect(throws: FileError.self) {
            try FileCreation.write([0x41], to: "\(directory.path)/a", mode: 0o600)
        }
        #expect(error?.description == "open: File exists (17)")
        #expect(try directory.read("a") == "old")
    }

    @Test func `a file written in pieces is there once it is finished, and else removed`() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a"
        do {
            let file = try NewFile(path, mode: 0o600)
            try file.append(Array("half".utf8))
            #expect(throws: FileError.self) { try NewFile(path, mode: 0o600) }
            #expect(try directory.read("a") == "half")
        }
        #expect(!FileCreation.exists(path))
        do {
            let file = try NewFile(path, mode: 0o600)
            try file.append(Array("one".utf8))
            try file.append([])
            try file.append(Array(" two".utf8))
            try file.finish()
        }
        #expect(try directory.read("a") == "one two")
        #expect(try FileContents(reading: path, bytesMax: 10).mode == 0o600)
        #expect(throws: FileError.badPath) { try NewFile("", mode: 0o600) }
    }
}
