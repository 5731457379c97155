import HTTPCore
import Snap
import Text

/// A callback parsed from a saved text: a raw HTTP request, or a curl command.
package struct Capture: Equatable, Sendable {
    package var callback: CapturedCallback

    /// Oddities of the text, and how they were interpreted, as sentences.
    package let notes: [String]

    /// Maximum bytes of a text; more than the receiver accepts by default for head and body.
    package static let bytesMax = 1_048_576

    /// Parses a saved callback, and detects its format from the content.
    ///
    /// Pure, and safe for any bytes.
    ///
    /// - Throws: ``CaptureError`` if the text is too long, or in neither format.
    package init(_ bytes: [UInt8]) throws(CaptureError) {
        if bytes.count > Self.bytesMax {
            throw CaptureError("it holds more than \(Self.bytesMax) bytes")
        }
        var notes: [String] = []
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) {
            text = text.dropFirst(3)
            notes.append("A byte order mark before the request was skipped.")
        }
        text = text.drop { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
        if text.isEmpty { throw CaptureError("it is empty, \(Self.expected)") }
        if RawRequest.isOne(text) {
            let request = try RawRequest(text)
            callback = request.callback
            self.notes = notes + request.notes
        } else if let start = CurlCommand.start(in: text) {
            if start.line > 1 {
                notes.append("Lines before the curl command in line \(start.line) were skipped.")
            }
            let command = try CurlCommand(text[start.index...], firstLine: start.line)
            callback = command.callback
            self.notes = notes + command.notes
        } else {
            throw CaptureError("it is neither a request nor a curl command, \(Self.expected)")
        }
    }

    /// The end of an error message: the expected formats.
    private static let expected =
        "expected a request that begins as POST /v1.0/debit/notify HTTP/1.1, or a curl command"
}

/// Why a saved callback cannot be parsed.
///
/// The text completes a sentence that begins with the name of the file.
package struct CaptureError: Error, Equatable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}

/// Parses a saved HTTP request with head and body.
///
/// Lines of the head may end in LF alone, because editors change line ends. The body is read
/// unchanged, to the last byte.
private struct RawRequest {
    let callback: CapturedCallback
    private(set) var notes: [String] = []

    /// Maximum lines of a head; more than any server accepts.
    private static let linesMax = 1_000

    /// Whether a text begins with a request line: three words, the last beginning with `HTTP/`.
    static func isOne(_ text: ArraySlice<UInt8>) -> Bool {
        let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
        let words = line.split(separator: 0x20)
        return words.count == 3 && words[2].starts(with: Array("HTTP/".utf8))
    }

    /// - Throws: ``CaptureError`` for a head with too many lines, or a line that is not a field.
    init(_ text: ArraySlice<UInt8>) throws(CaptureError) {
        let end = Self.headEnd(text)
        let head = Array(text[..<end.head])
        var body = Array(text[end.body...])
        if end.head == end.body {
            notes.append("No empty line ends the head: the request was read without a body.")
        }
        if head.count(where: { $0 == 0x0A }) > Self.linesMax {
            throw CaptureError("its head has more than \(Self.linesMax) lines")
        }
        let parsed = HeadText(head)
        if let line = parsed.malformedLines.first {
            throw CaptureError("line \(line) is not a header, expected Name: value")
        }
        let fields = parsed.fields
        for field in fields where field.name.contains(where: { $0 == " " || $0 == "\t" }) {
            notes.append(
                "The name \(quoted(field.name)) contains a blank: a server rejects such a request."
            )
        }
        var callback = CapturedCallback(
            method: parsed.method,
            target: parsed.target,
            fields: fields,
            body: body
        )
        if let decoded = Self.dechunked(callback) {
            notes.append("The body was saved in chunked coding and was decoded.")
            body = decoded
        }
        callback.body = body
        notes += Self.lengthRemarks(callback)
        self.callback = callback
    }

    /// The end of the head and the start of the body, which the first empty line separates.
    private static func headEnd(_ text: ArraySlice<UInt8>) -> (head: Int, body: Int) {
        var lineStart = text.startIndex
        while let lineEnd = text[lineStart...].firstIndex(of: 0x0A) {
            let line = text[lineStart..<lineEnd]
            if line.isEmpty || line.elementsEqual([0x0D]) { return (lineStart, lineEnd + 1) }
            lineStart = lineEnd + 1
        }
        return (text.endIndex, text.endIndex)
    }

    /// Decodes the body of a chunked request that was saved as transmitted.
    ///
    /// Returns nil if the body is not in chunked coding, as in captures that are decoded already.
    private static func dechunked(_ callback: CapturedCallback) -> [UInt8]? {
        let isChunked = callback.texts(of: "Transfer-Encoding").contains {
            $0.lowercased().hasSuffix("chunked")
        }
        guard isChunked else { return nil }
        var decoder = ChunkedDecoder(limits: HTTPLimits())
        var body: [UInt8] = []
        do throws(RequestError) {
            return try decoder.decode(callback.body.span, into: &body).done ? body : nil
        } catch {
            return nil
        }
    }

    /// A note if Content-Length differs from the length of the body.
    private static func lengthRemarks(_ callback: CapturedCallback) -> [String] {
        guard let text = callback.texts(of: "Content-Length").first, let length = Int(text),
            length != callback.body.count
        else { return [] }
        return ["Content-Length says \(length), but the body has \(callback.body.count) bytes."]
    }
}
