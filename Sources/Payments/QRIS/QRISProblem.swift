/// Why a QR code must not be shown to a customer (article Gateway).
package enum QRISProblem: Error, Equatable, Sendable {
    /// The gateway sent no code.
    case missing
    /// More than ``QRISContent/charactersMax`` characters.
    case tooLong
    /// No complete data object begins at this character.
    case objects(offset: Int)
    /// The text does not begin with `000201`.
    case formatIndicator
    /// The last object is not the checksum of the text before it.
    case checksum
    /// Tag 53 is not `360`, the rupiah.
    case currency
    /// No tag 26 to 51: the code names no account to pay to.
    case merchantAccount
    /// Tag 54 is not the requested amount.
    case amount
}

extension QRISProblem: CustomStringConvertible {
    /// The problem in words, without the code's own text.
    package var description: String {
        switch self {
        case .missing: "the QR code is missing"
        case .tooLong: "the QR code has more than \(QRISContent.charactersMax) characters"
        case .objects(let offset): "the QR code has no data object at character \(offset)"
        case .formatIndicator: "the QR code does not begin with 000201"
        case .checksum: "the QR code has a wrong checksum (tag 63)"
        case .currency: "the QR code's currency (tag 53) is not 360"
        case .merchantAccount: "the QR code has no merchant account (tags 26 to 51)"
        case .amount: "the QR code's amount (tag 54) is not the requested one"
        }
    }
}

/// An oddity of a QR code that can still be paid; each has been seen in the field.
package enum QRISWarning: String, CaseIterable, Sendable {
    case notDynamic = "tag 01 is not 12"
    case amountMissing = "tag 54, the amount, is missing"
    case country = "tag 58 is not ID"
    case merchantNameTooLong = "tag 59, the name, has more than 25 characters"
    case merchantCityTooLong = "tag 60, the city, has more than 15 characters"
}
