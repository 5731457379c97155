/// A callback parsed from a saved text: a raw HTTP request or its headers, a curl command of a
/// POSIX shell or of cmd.exe, a HAR file, or the API's own callback document.
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
    /// - Throws: ``CaptureError`` if the text is too long, or in none of the formats.
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
        let parsed = try Self.parsed(text)
        callback = parsed.callback
        self.notes = notes + parsed.notes
    }

    private typealias Parsed = (callback: CapturedCallback, notes: [String])

    /// Detects the format from the content.
    private static func parsed(_ text: ArraySlice<UInt8>) throws(CaptureError) -> Parsed {
        if text.first == UInt8(ascii: "{"), let document = try CallbackDocument(text) {
            return (document.callback, document.notes)
        }
        if RawRequest.isOne(text) {
            let request = try RawRequest(text)
            return (request.callback, request.notes)
        }
        if let start = CurlCommand.start(in: text) {
            let command = try CurlCommand(text[start.index...], firstLine: start.line)
            let note = "Lines before the curl command in line \(start.line) were skipped."
            return (command.callback, (start.line > 1 ? [note] : []) + command.notes)
        }
        if RawRequest.isHeaderList(text) {
            let request = try RawRequest(headerList: text)
            return (request.callback, request.notes)
        }
        throw CaptureError("it is neither a request nor a curl command, \(expected)")
    }

    /// The end of an error message: the expected formats.
    private static let expected =
        "expected a request that begins as POST /v1.0/debit/notify HTTP/1.1, its headers and body, "
        + "a curl command, a HAR file, or the JSON of GET /v1/callbacks/{id}"
}

/// Why a saved callback cannot be parsed.
///
/// The text completes a sentence that begins with the name of the file.
package struct CaptureError: Error, Equatable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}
