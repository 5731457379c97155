/// Encodes bytes as lowercase hexadecimal digits.
package enum Hex {
    private static let digits: [16 of UInt8] = [
        0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
        0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
    ]

    /// Appends two digits for each byte.
    package static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        let digits = digits
        for index in bytes.indices {
            let byte = bytes[index]
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 0x0F)])
        }
    }

    /// Two digits for each byte.
    package static func text(_ bytes: Span<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        append(bytes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
