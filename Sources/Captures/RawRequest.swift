import HTTPCore
import Text

/// Parses a saved HTTP request with head and body.
///
/// Lines of the head may end in LF alone, because editors change line ends. The body is read
/// unchanged, to the last byte.
struct RawRequest {
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

    /// The request line that a list of headers gets: the documented path, which is always served.
    private static let defaultLine = "POST /v1.0/debit/notify HTTP/1.1"

    /// Whether a text begins with a header, and has one that only a callback has.
    static func isHeaderList(_ text: ArraySlice<UInt8>) -> Bool {
        let parsed = HeadText(Array("\(defaultLine)\n".utf8) + text[..<headEnd(text).head])
        return parsed.malformedLines.isEmpty
            && parsed.fields.contains { field in
                ["x-signature", "x-partner-id", "x-external-id"].contains(field.name.lowercased())
            }
    }

    /// Parses headers without a request line.
    ///
    /// - Throws: ``CaptureError`` for a head with too many lines.
    init(headerList text: ArraySlice<UInt8>) throws(CaptureError) {
        try self.init((Array("\(Self.defaultLine)\n".utf8) + text)[...])
        notes.append("There is no request line: it was read as \(Self.defaultLine).")
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
