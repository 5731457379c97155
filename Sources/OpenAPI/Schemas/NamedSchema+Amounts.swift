import Payments

// Amounts in requests, each as text, number, or an object with value and currency.
extension NamedSchema {
    static let amountSchemas =
        [rupiah, positiveRupiah, acceptedAmount]
        + [rupiahMoney, positiveRupiahMoney, acceptedMoney]

    private static let decimals = "at most two decimals; `15.000` is ambiguous and refused."

    /// An amount: text that matches `text`, a whole number from `least` on, or `money`.
    private static func amount(
        text: String,
        from least: Int64,
        or money: NamedSchema,
        _ description: String
    ) -> JSONSchema {
        .either(plain(text: text, from: least) + [.reference(money)], description)
    }

    private static func plain(text: String, from least: Int64) -> [JSONSchema] {
        [.text(pattern: text), .integer(least...Amount.senMax / 100)]
    }

    /// An amount as an object.
    private static func money(text: String, from least: Int64) -> JSONSchema {
        .request([
            "value": .either(plain(text: text, from: least)),
            "currency": .constant("IDR"),
        ])
    }

    private static let wholeRupiah = "^[0-9]{1,16}(\\.0{1,2})?$"
    private static let rupiahMoney = NamedSchema("RupiahMoney", money(text: wholeRupiah, from: 0))
    static let rupiah = NamedSchema(
        "Rupiah",
        amount(text: wholeRupiah, from: 0, or: rupiahMoney, "Whole rupiah, \(decimals)")
            .example("\"10000.00\"")
    )

    private static let moreThanZero = "^0{0,15}[1-9][0-9]{0,15}(\\.0{1,2})?$"
    private static let positiveRupiahMoney = NamedSchema(
        "PositiveRupiahMoney",
        money(text: moreThanZero, from: 1)
    )
    static let positiveRupiah = NamedSchema(
        "PositiveRupiah",
        amount(
            text: moreThanZero,
            from: 1,
            or: positiveRupiahMoney,
            "Whole rupiah, more than 0, \(decimals)"
        )
        .example("\"10000.00\"")
    )

    fileprivate static let rupiahAndSen = "^[0-9]{1,16}(\\.[0-9]{1,2})?$"
    private static let acceptedMoney = NamedSchema(
        "AcceptedMoney",
        money(text: rupiahAndSen, from: 0)
    )
    static let acceptedAmount = NamedSchema(
        "AcceptedAmount",
        amount(
            text: rupiahAndSen,
            from: 0,
            or: acceptedMoney,
            "The amount, if no fact or several facts state one; \(decimals)"
        )
    )
}

extension JSONSchema {
    /// An amount in a query: rupiah, with at most two decimals.
    static let rupiahText = text(pattern: NamedSchema.rupiahAndSen)
}
