import COperatorPage
import Crypto
package import HTTPCore

/// The page for people at `/` of the internal listener: HTML, styles and modules, compiled into the
/// program.
///
/// The files contain no data: what they show, the page requests from the API with a token. They are
/// therefore served without one.
package enum OperatorPage {
    /// The file at the path of a request; nil if the page has none there.
    package static func file(at path: String) -> PageFile? { files[path] }

    /// All files by their path.
    static let files: [String: PageFile] = {
        var files: [String: PageFile] = [:]
        var index = 0
        while let file = unsafe operator_page_file(index)?.pointee {
            let bytes = unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
            let path = unsafe String(cString: file.path)
            files[path] = unsafe PageFile(mediaType: String(cString: file.type), bytes: bytes)
            index += 1
        }
        return files
    }()
}

/// A file of the operator page.
package struct PageFile: Sendable {
    private let complete: Response
    private let notModified: Response

    /// The validator of the content (RFC 9110 section 8.8.3), with its quotes.
    private let entityTag: [UInt8]

    fileprivate init(mediaType: String, bytes: [UInt8]) {
        // Without a tag, the file is sent each time.
        var tag: [UInt8] = []
        if let digest = try? sha256(bytes.span) {
            tag = Array("\"".utf8)
            digest.appendHex(to: &tag)
            tag += Array("\"".utf8)
        }
        entityTag = tag
        complete = Self.response(.ok, bytes, tag) { response in
            response.add("Content-Type", mediaType)
        }
        notModified = Self.response(.notModified, [], tag) { _ in }
    }

    /// The response to GET or HEAD: 304 if the client has this content (RFC 9110 section 13.1.2).
    package func response(to head: RequestHead) -> Response {
        guard case .value(let range) = head.single("If-None-Match"), !entityTag.isEmpty else {
            return complete
        }
        return head[range].elementsEqual(entityTag) ? notModified : complete
    }

    /// What a browser may do with the page: load its own files and call its own API, and nothing
    /// else; no other site may frame it or learn its address (Content Security Policy Level 3).
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:",
        "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private static func response(
        _ status: Status,
        _ body: [UInt8],
        _ entityTag: [UInt8],
        _ addFields: (inout Response) -> Void
    ) -> Response {
        var response = Response(status, body: body)
        addFields(&response)
        if !entityTag.isEmpty { response.add("ETag", entityTag) }
        // A browser asks each time whether its copy is still the one of this program.
        response.add("Cache-Control", "no-cache")
        response.add("Content-Security-Policy", policy)
        response.add("X-Content-Type-Options", "nosniff")
        response.add("Referrer-Policy", "no-referrer")
        response.add("Cross-Origin-Opener-Policy", "same-origin")
        response.add("Cross-Origin-Resource-Policy", "same-origin")
        return response
    }
}
