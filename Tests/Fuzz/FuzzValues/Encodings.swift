import Crypto
import Text

/// Base64 against sextets that are collected one after the other.
func checkBase64(_ text: [UInt8]) {
    let decoded = Base64.decode(text.span)
    precondition(decoded == plainBase64(text), "another verdict, or other bytes")
    precondition(Base64.decode(Base64.encode(text.span).span) == text)
}

private func plainBase64(_ text: [UInt8]) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.dropFirst(digits.count)
    guard text.count % 4 == 0, padding.count <= 2,
        padding.allSatisfy({ $0 == UInt8(ascii: "=") })
    else { return nil }
    var bits: [UInt8] = []
    for digit in digits {
        guard let value = alphabet.firstIndex(of: digit) else { return nil }
        bits += (0..<6).map { UInt8(value >> (5 - $0) & 1) }
    }
    let rest = bits.suffix(bits.count % 8)
    guard rest.allSatisfy({ $0 == 0 }) else { return nil }
    let whole = bits.dropLast(rest.count)
    return stride(from: 0, to: whole.count, by: 8).map { start in
        whole[start..<start + 8].reduce(0) { $0 << 1 | $1 }
    }
}

/// Escapes: what is encoded is decoded again, and what is decoded has as many escapes as `%`.
func checkPercentEncoding(_ text: [UInt8]) {
    let encoded = PercentEncoding.encoded(text)
    precondition(PercentEncoding.decoded(encoded) == text)
    precondition(encoded.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    guard let decoded = PercentEncoding.decoded(text) else { return }
    precondition(decoded.count == text.count - 2 * text.count { $0 == UInt8(ascii: "%") })
}
