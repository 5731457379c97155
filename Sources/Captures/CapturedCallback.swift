/// One callback to diagnose: a stored one, or one captured in a file.
///
/// Its parts need not be valid.
package struct CapturedCallback: Equatable, Sendable {
    /// One header field: the name as received, the value without surrounding blanks.
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: [UInt8]

        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// The method as received, in any case; empty if there is none.
    package var method: String

    /// The request target: path and query, or a complete URL.
    package var target: String

    /// The header fields, in the order received.
    package var fields: [Field]
    /// The body as received, after chunked decoding.
    package var body: [UInt8]

    /// Time of receipt in milliseconds since the epoch; nil if unknown.
    package var receivedMilliseconds: Int64?

    package init(
        method: String,
        target: String,
        fields: [Field],
        body: [UInt8],
        receivedMilliseconds: Int64? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.receivedMilliseconds = receivedMilliseconds
    }

    /// Makes a callback from a stored one.
    ///
    /// - Parameter head: the request line and fields as received, which the receiver has parsed
    ///   before.
    package init(head: [UInt8], body: [UInt8], receivedMilliseconds: Int64) {
        let text = HeadText(head)
        self.init(
            method: text.method,
            target: text.target,
            fields: text.fields,
            body: body,
            receivedMilliseconds: receivedMilliseconds
        )
    }

    /// The head as HTTP/1.1, as a server would receive it.
    ///
    /// Without the fields that frame the body, because the body is decoded; with a Host if there
    /// is none.
    package var head: [UInt8] {
        let framing = ["content-length", "transfer-encoding"]
        var head = Array("\(method) \(target) HTTP/1.1\r\n".utf8)
        if values(of: "Host").isEmpty { head += Array("Host: localhost\r\n".utf8) }
        for field in fields where !framing.contains(field.name.lowercased()) {
            head += Array("\(field.name): ".utf8) + field.value + [0x0D, 0x0A]
        }
        return head + [0x0D, 0x0A]
    }

    /// The values of all fields with this name (case-insensitive), in order.
    package func values(of name: String) -> [[UInt8]] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The values of ``values(of:)`` as text; invalid UTF-8 becomes U+FFFD.
    package func texts(of name: String) -> [String] {
        values(of: name).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The request line and the fields of a captured head, parsed leniently.
///
/// Only for diagnosis; `HTTPCore` parses requests.
struct HeadText {
    /// The first word of the request line; empty if there is none.
    private(set) var method = ""
    /// The second word of the request line; empty if there is none.
    private(set) var target = ""

    /// The rest of the request line; empty if there is none.
    private(set) var version = ""
    private(set) var fields: [CapturedCallback.Field] = []

    /// The numbers, from 1, of the lines without a field name and a colon.
    private(set) var malformedLines: [Int] = []

    /// Splits at line feeds; a carriage return before one belongs to the line end.
    init(_ head: [UInt8]) {
        let lines = head.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { $0.last == 0x0D ? $0.dropLast() : $0 }
        guard let first = lines.first else { return }
        let parts = first.split(separator: 0x20, maxSplits: 2)
            .map { String(decoding: $0, as: UTF8.self) }
        if parts.count > 0 { method = parts[0] }
        if parts.count > 1 { target = parts[1] }
        if parts.count > 2 { version = parts[2] }
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                malformedLines.append(index + 1)
                continue
            }
            fields.append(
                CapturedCallback.Field(
                    name: String(decoding: line[..<colon], as: UTF8.self),
                    value: line[(colon + 1)...].trimmingBlanks()
                )
            )
        }
    }
}

extension Collection<UInt8> where SubSequence == ArraySlice<UInt8> {
    /// The bytes without spaces and tabs at both ends.
    func trimmingBlanks() -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var rest = self.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return Array(rest)
    }
}
