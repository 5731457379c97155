package import Text

extension JSONValue {
    /// The text of a member that is a string, or the literal of a number or boolean; nil for
    /// anything else.
    package func text(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        switch value.kind {
        case .string: return value.string
        case .number, .true, .false: return value.literal
        case .object, .array, .null: return nil
        }
    }

    /// The text of a member that is an amount, such as `10000.00 IDR`.
    package func amount(_ name: String) -> String? {
        guard let amount = self[name], let value = amount.text("value") else { return nil }
        return [value, amount.text("currency")].compactMap(\.self).joined(separator: " ")
    }
}
