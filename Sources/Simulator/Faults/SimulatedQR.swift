import Payments

/// The QRIS payload of a payment, with one oddity that gateways have been seen with (article
/// Gateway).
enum SimulatedQR: String, CaseIterable, Sendable {
    case usual
    case isStatic = "static"
    case noAmount = "no-amount"
    case otherAmount = "other-amount"
    case tip
    case fixedFee = "fixed-fee"
    case percentage
    case noCity = "no-city"
    case lowercaseCRC = "lowercase-crc"
    case wrongCRC = "wrong-crc"

    /// The payload with the amount and the reference (EMVCo QRCPS-MPM; article Gateway).
    func text(for requested: Amount, _ referenceNo: Reference) -> String {
        let account = [(0, "ID.CO.SIMULATOR.WWW"), (1, "936000000000000001"), (3, "UME")]
        let objects = [
            (QRISTag.formatIndicator, "01"),
            (QRISTag.initiation, self == .isStatic ? "11" : "12"),
            (QRISTag.merchantAccounts.lowerBound, Self.text(of: account)),
            (QRISTag.categoryCode, "5411"), (QRISTag.currency, "360"),
        ]
        let end = [
            (QRISTag.country, "ID"), (QRISTag.merchantName, "SIMULATOR"),
            (QRISTag.merchantCity, self == .noCity ? "" : "JAKARTA"),
            (QRISTag.additionalData, Self.text(of: [(1, referenceNo.text)])),
        ]
        let all = objects + amount(requested) + tip + end
        let text = QRISContent.text(of: all.compactMap { QRISObject(tag: $0.0, value: $0.1) })
        switch self {
        case .lowercaseCRC: return text.dropLast(4) + text.suffix(4).lowercased()
        case .wrongCRC: return text.dropLast() + (text.last == "0" ? "1" : "0")
        default: return text
        }
    }

    private func amount(_ amount: Amount) -> [(Int, String)] {
        switch self {
        case .noAmount: []
        case .otherAmount: [(QRISTag.amount, "1.00")]
        default: [(QRISTag.amount, amount.description)]
        }
    }

    private var tip: [(Int, String)] {
        switch self {
        case .tip: [(QRISTag.tipIndicator, "01")]
        case .fixedFee: [(QRISTag.tipIndicator, "02"), (QRISTag.fixedFee, "1000")]
        case .percentage: [(QRISTag.tipIndicator, "03"), (QRISTag.percentageFee, "0.70")]
        default: []
        }
    }

    /// The text of nested objects.
    private static func text(of objects: [(Int, String)]) -> String {
        objects.compactMap { QRISObject(tag: $0.0, value: $0.1)?.text }.joined()
    }
}
