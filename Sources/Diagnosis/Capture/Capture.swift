/// A callback as somebody saved it: a raw HTTP request, or a curl command.
package struct Capture: Equatable, Sendable {
    package let callback: CapturedCallback

    /// What was odd about the text, or taken to mean something, as sentences.
    package let notes: [String]

    /// More than any callback that the receiver takes by default, head and body.
    package static let bytesMax = 1_048_576

    /// Reads a saved callback; which of the two it is, its content tells.
    ///
    /// Pure, and safe for any bytes.
    package init(_ bytes: [UInt8]) throws(CaptureError) {
        if bytes.count > Self.bytesMax {
            throw CaptureError("it holds more than \(Self.bytesMax) bytes")
        }
        var notes: [String] = []
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) {
            text = text.dropFirst(3)
            notes.append("A byte order mark before the request was passed over.")
        }
        text = text.drop { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
        if text.isEmpty { throw CaptureError("it is empty, \(Self.expected)") }
        if RawRequest.isOne(text) {
            let request = try RawRequest(text)
            callback = request.callback
            self.notes = notes + request.notes
        } else if let start = CurlCommand.start(in: text) {
            if start.line > 1 {
                notes.append("The curl command in line \(start.line) was read, nothing before it.")
            }
            let command = try CurlCommand(text[start.index...], firstLine: start.line)
            callback = command.callback
            self.notes = notes + command.notes
        } else {
            throw CaptureError("it is neither a request nor a curl command, \(Self.expected)")
        }
    }

    private static let expected =
        "expected a request that begins as POST /v1.0/debit/notify HTTP/1.1, or a curl command"
}

/// Why a saved callback cannot be read. The text completes a sentence that begins with its name.
package struct CaptureError: Error, Equatable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}
