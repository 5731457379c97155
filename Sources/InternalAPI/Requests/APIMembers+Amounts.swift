import APIModel
import Payments
import Snap
import Text

extension APIMembers {
    static let rupiahForm =
        "whole rupiah as \"10000.00\", 10000 or {\"value\": …, \"currency\": \"IDR\"}"

    /// An amount of whole rupiah; nil when it is not given.
    func rupiah(_ name: String) throws(Problem) -> Amount? {
        guard let amount = try amount(name) else { return nil }
        guard amount.sen % 100 == 0 else { throw Self.invalid(name, expected: Self.rupiahForm) }
        return amount
    }

    /// An amount; nil when it is not given.
    func amount(_ name: String) throws(Problem) -> Amount? {
        guard let member = self[name] else { return nil }
        guard let value = Self.amountValue(member) else {
            throw Self.invalid(name, expected: Self.rupiahForm)
        }
        if let problem = RupiahLiteralProblem(value.string ?? value.literal) {
            throw Problem(.invalidMember, "\(name): \(problem).", field: name)
        }
        guard let amount = Self.amount(value) else {
            throw Self.invalid(name, expected: Self.rupiahForm)
        }
        return amount
    }

    private static func amount(_ value: JSONValue) -> Amount? {
        if let text = value.string { return Amount(text: text.utf8.span) }
        return Amount(number: value.literal.utf8.span)
    }

    /// The string or number that holds an amount, be it within `{value, currency}`; nil for all
    /// else.
    private static func amountValue(_ member: JSONValue) -> JSONValue? {
        var value = member
        if member.kind == .object {
            let names = member.members.map(\.name)
            guard names.allSatisfy({ $0 == "value" || $0 == "currency" }),
                member["currency"]?.string == "IDR", let inner = member["value"]
            else { return nil }
            value = inner
        }
        return value.kind == .string || value.kind == .number ? value : nil
    }
}
