/// A record of CSV as a plain reader finds it: RFC 4180 as a machine of four states, written apart
/// from the product's reader.
struct PlainRecord: Equatable {
    var line: Int
    var fields: [[UInt8]] = [[]]

    private enum State {
        /// Blanks at most since the separator.
        case start
        case plain
        case quoted
        /// A quote in quotes: the end, or the first of two.
        case quote
    }

    /// The records of a text that the product's reader accepts.
    static func all(_ text: ArraySlice<UInt8>, separator: UInt8, firstLine: Int) -> [PlainRecord] {
        var records: [PlainRecord] = []
        var line = firstLine
        var state = State.start
        var record = PlainRecord(line: line)
        var before: UInt8 = 0
        for byte in text {
            defer { before = byte }
            let isLineEnd = byte == 0x0A || byte == 0x0D
            let isSecondOfTwo = byte == 0x0A && before == 0x0D
            if isLineEnd && !isSecondOfTwo { line += 1 }
            let last = record.fields.count - 1
            switch state {
            case .quoted where byte == 0x22: state = .quote
            case .quote where byte == 0x22:
                record.fields[last].append(byte)
                state = .quoted
            case .quoted: record.fields[last].append(byte)
            case _ where byte == separator:
                record.fields.append([])
                state = .start
            case .start where isSecondOfTwo && record.fields == [[]] && records.last != nil: break
            case _ where isLineEnd:
                records.append(record)
                record = PlainRecord(line: line)
                state = .start
            case .start where byte == 0x22:
                // Blanks before the quote are not part of the value.
                record.fields[last] = []
                state = .quoted
            case .quote: break  // blanks up to the separator
            case .start:
                record.fields[last].append(byte)
                if byte != 0x20 { state = .plain }
            case .plain: record.fields[last].append(byte)
            }
        }
        let isEmpty = state == .start && record.fields == [[]]
        return isEmpty ? records : records + [record]
    }
}
