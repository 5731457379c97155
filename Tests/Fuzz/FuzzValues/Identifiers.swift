import Payments
import Snap

/// References and X-EXTERNAL-IDs: some visible ASCII bytes, kept as they are.
func checkIdentifiers(_ text: [UInt8]) {
    let isVisible = !text.isEmpty && text.allSatisfy { (0x21...0x7E).contains($0) }
    let reference = Reference(text.span)
    precondition((reference != nil) == (isVisible && text.count <= Reference.bytesMax))
    if let reference { precondition(Array(reference.text.utf8) == text) }
    let externalID = ExternalID(text.span)
    precondition((externalID != nil) == (isVisible && text.count <= ExternalID.bytesMax))
    if let externalID { precondition(Array(externalID.text.utf8) == text) }
}

/// QRIS payloads against a checksum that is computed bit by bit, and objects that make up the text.
func checkQRIS(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    guard let content = try? QRISContent(text) else {
        checkCompleted(text)
        return
    }
    let objects = content.objects.map { object in
        let count = object.value.unicodeScalars.count
        return "\(twoDigits(object.tag))\(twoDigits(count))\(object.value)"
    }
    precondition(objects.joined() == text, "the objects are not the text")
    precondition(text.hasPrefix("000201"))
    let checksum = text.suffix(4)
    precondition(checksum.utf8.count == 4, "a checksum has four ASCII digits")
    precondition(UInt16(checksum, radix: 16) == plainChecksum(Array(text.utf8.dropLast(4))))
}

/// With the right checksum at its end a text that consists of objects is accepted.
private func checkCompleted(_ text: String) {
    let body = "000201\(text)6304"
    let digits = String(plainChecksum(Array(body.utf8)), radix: 16, uppercase: true)
    let checksum = String(repeating: "0", count: 4 - digits.count) + digits
    guard let content = try? QRISContent(body + checksum) else { return }
    precondition(content.objects.last?.value == checksum)
    // Nothing but a crash is of interest.
    if let amount = Amount(sen: 100) { _ = try? content.check(amount: amount) }
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// CRC-16 with the polynomial 0x1021 and all bits set at first, bit by bit.
private func plainChecksum(_ bytes: [UInt8]) -> UInt16 {
    var register: UInt16 = 0xFFFF
    for byte in bytes {
        for bit in stride(from: 7, through: 0, by: -1) {
            let isSet = register >> 15 != UInt16(byte >> UInt8(bit) & 1)
            register = register << 1 ^ (isSet ? 0x1021 : 0)
        }
    }
    return register
}
