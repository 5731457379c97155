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
