import FoundationEssentials

/// Files under `Tests/Fixtures`, and the values that belong to them.
package enum Fixture {
    /// A fixture that is not there.
    package struct Missing: Error {
        package let path: String
    }

    /// The directory of the fixtures.
    package static let directory: String = {
        let support = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(support)/Fixtures/"
    }()

    /// The content of a file.
    package static func bytes(_ name: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: directory + name) else {
            throw Missing(path: directory + name)
        }
        return Array(data)
    }

    /// The text of a page for readers, by its path from the repository's root.
    package static func page(_ path: String) throws -> String { try text("../../" + path) }

    /// The names of the files in a directory.
    package static func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Self.directory + directory)
    }

    /// The content of a file as text.
    package static func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    /// The path that the sender of `dana-callback.json` signed, and its X-TIMESTAMP.
    package static let danaPath = "/d34021fa-7599-413b-8743-ddab605fea49"
    package static let danaTimestamp = "2025-10-13T13:43:30+07:00"

    /// A sample body of the gateway's page with its curly quotes made straight.
    package static func straightened(_ name: String) throws -> [UInt8] {
        let text = try text(name)
        return Array(text.map { $0 == "“" || $0 == "”" ? "\"" : String($0) }.joined().utf8)
    }

    /// The X-SIGNATURE of all samples on the gateway's page: base64 of 64 bytes, a placeholder.
    package static let placeholderSignature =
        "1iND8TUKOnGvH4TIFsQB5cCvtYyQKvJrmdpqjgQaLLLiHXdmWsVX8SAnmdq7dWWeKtfl1SKovegk9nwCmjXFHg=="
}
