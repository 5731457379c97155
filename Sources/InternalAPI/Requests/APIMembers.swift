import APIModel
import Payments
import Snap
import Text

/// The members of the JSON object in the body of a request.
struct APIMembers: Sendable {
    private let root: JSONValue

    /// Parses the body: strict JSON, an object, without other members than `names`.
    init(_ request: APIRequest, allow names: [String]) throws(Problem) {
        do throws(JSONError) {
            root = try JSONDocument(request.body).root
        } catch {
            throw Problem(.malformedBody, "The body cannot be read as JSON: \(error).")
        }
        guard root.kind == .object else {
            throw Problem(.malformedBody, "The body must be a JSON object.")
        }
        for (name, _) in root.members where !names.contains(name) {
            throw Problem(
                .unknownMember,
                "\(name) is not a member of this request; known members: "
                    + "\(names.joined(separator: ", ")).",
                field: name
            )
        }
    }

    /// The value of a member; nil if it is absent.
    subscript(name: String) -> JSONValue? { root[name] }

    /// A string; nil if the member is absent.
    func text(_ name: String, expected: String = "a string") throws(Problem) -> String? {
        guard let value = root[name] else { return nil }
        guard let text = value.string else { throw Self.invalid(name, expected: expected) }
        return text
    }

    /// A whole number in `range`; nil if the member is absent.
    func integer(
        _ name: String,
        in range: ClosedRange<Int64>
    ) throws(Problem) -> Int64? {
        guard let value = root[name] else { return nil }
        guard let number = value.wholeNumber, range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "a whole number from \(range.lowerBound) on"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw Self.invalid(name, expected: bounds)
        }
        return number
    }

    /// True or false; false if the member is absent.
    func flag(_ name: String) throws(Problem) -> Bool {
        guard let value = root[name] else { return false }
        guard let flag = value.bool else { throw Self.invalid(name, expected: "true or false") }
        return flag
    }

    /// The problem of a member that is missing or has an invalid value.
    ///
    /// - Parameter expected: follows the words "NAME must be".
    static func invalid(_ name: String, expected: String) -> Problem {
        Problem(.invalidMember, "\(name) must be \(expected).", field: name)
    }
}

extension APIMembers {
    static let rupiahForm =
        "whole rupiah such as \"10000.00\", 10000 or {\"value\": …, \"currency\": \"IDR\"}"

    /// An amount of whole rupiah; nil if the member is absent.
    func rupiah(_ name: String) throws(Problem) -> Amount? {
        guard let amount = try amount(name) else { return nil }
        guard amount.sen % 100 == 0 else { throw Self.invalid(name, expected: Self.rupiahForm) }
        return amount
    }

    /// An amount; nil if the member is absent.
    ///
    /// A literal such as `15.000` is refused, because its point can be a decimal point or separate
    /// thousands.
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

    /// The string or number with the amount, which can be inside `{value, currency}`; nil for
    /// anything else.
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
