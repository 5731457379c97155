import Snap
import Text

extension JSONValue {
    /// The member's text when it is a string, its literal when it is a number or a boolean; nil
    /// when it is anything else, or missing.
    func text(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        switch value.kind {
        case .string: return value.string
        case .number, .true, .false: return value.literal
        case .object, .array, .null: return nil
        }
    }

    /// The member's text when it is an amount, as in `10000.00 IDR`.
    func amount(_ name: String) -> String? {
        guard let amount = self[name], let value = amount.text("value") else { return nil }
        return [value, amount.text("currency")].compactMap(\.self).joined(separator: " ")
    }
}
