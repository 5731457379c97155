import Foundation
import HTTPCore
import Testing

@testable import OperatorPage

/// The files of the operator page, as they are compiled into the program and as they lie in the
/// sources.
struct OperatorPageTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/COperatorPage/Files/").standardized

    /// The path of the URL of each file in the sources.
    private static func sources() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                let path = $0 == "index.html" ? "/" : "/page/\($0)"
                return (path, try Data(contentsOf: folder.appending(path: $0)))
            }
        )
    }

    private func head(_ path: String, _ fields: String = "") throws -> RequestHead {
        let text = "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
        return try parseRequestHead(Array(text.utf8), limits: HTTPLimits())
    }

    @Test func `every file of the sources is served, unchanged`() throws {
        let sources = try Self.sources()
        #expect(Set(OperatorPage.files.keys) == Set(sources.keys))
        for (path, content) in sources {
            let response = try #require(OperatorPage.file(at: path)).response(to: head(path))
            #expect(response.status == .ok)
            #expect(Data(response.body) == content, "\(path)")
        }
    }

    /// The bound of the issue "A page for people".
    @Test func `the page is at most 150 KiB`() throws {
        #expect(try Self.sources().values.reduce(0) { $0 + $1.count } <= 150 * 1_024)
    }

    @Test func `a browser may load the page's own files only`() throws {
        let response = try #require(OperatorPage.file(at: "/")).response(to: head("/"))
        let fields = String(decoding: response.fieldLines, as: UTF8.self)
        #expect(fields.contains("Content-Type: text/html; charset=utf-8\r\n"))
        for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
            #expect(fields.contains(directive))
        }
        #expect(!fields.contains("unsafe"))
        #expect(fields.contains("X-Content-Type-Options: nosniff\r\n"))
    }

    @Test func `a copy that is still right is not sent again`() throws {
        let file = try #require(OperatorPage.file(at: "/page/page.js"))
        let fields = String(
            decoding: file.response(to: try head("/page/page.js")).fieldLines,
            as: UTF8.self
        )
        let tag = try #require(fields.firstMatch(of: /ETag: ("[0-9a-f]{64}")\r\n/)).1
        let same = file.response(to: try head("/page/page.js", "If-None-Match: \(tag)\r\n"))
        #expect(same.status == .notModified)
        #expect(same.body.isEmpty)
        let other = file.response(to: try head("/page/page.js", "If-None-Match: \"0\"\r\n"))
        #expect(other.status == .ok)
    }

    /// What would let text from outside become markup or code.
    @Test(arguments: [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        "DOMParser", "javascript:", "document.cookie", "style=", "onclick=", "http://", "https://",
    ])
    func `no file uses`(word: String) throws {
        // The name of the SVG namespace is not an address that is loaded.
        let namespace = "http://www.w3.org/2000/svg"
        for (path, content) in try Self.sources() {
            let text = String(decoding: content, as: UTF8.self)
                .replacingOccurrences(of: namespace, with: "")
            #expect(!text.contains(word), "\(path)")
        }
    }

    @Test func `each text has its Indonesian form, and each form is used`() throws {
        let sources = try Self.sources().filter { $0.key.hasSuffix(".js") }
            .mapValues { String(decoding: $0, as: UTF8.self) }
        let texts = try #require(sources["/page/indonesian.js"])
        let dictionary = try #require(texts.split(separator: "export const indonesianKinds").first)
        let translated = Set(
            dictionary.matches(of: /"([^"]*)":\s*"/).map { String($0.1) }
        )
        #expect(translated.count > 200)
        var quoted: Set<String> = []
        for (path, text) in sources where path != "/page/indonesian.js" {
            for match in text.matches(of: /\bt\(\s*"([^"]*)"/) {
                #expect(translated.contains(String(match.1)), "\(path): \(match.1)")
            }
            // Columns of a table that are aligned to the right begin with `>`.
            quoted.formUnion(text.matches(of: /">?([^"\n]*)"/).map { String($0.1) })
        }
        #expect(translated.subtracting(quoted).isEmpty)
    }
}
