import APIModel
import Payments
import Snap
import Text

/// The members of the JSON object that a request brings along.
struct APIMembers: Sendable {
    private let root: JSONValue

    /// Reads a body: strict JSON, an object, no member beside `names`.
    init(_ request: APIRequest, allow names: [String]) throws(Problem) {
        do throws(JSONError) {
            root = try JSONDocument(request.body).root
        } catch {
            throw Problem(.malformedBody, "The body is not the JSON expected: \(error).")
        }
        guard root.kind == .object else {
            throw Problem(.malformedBody, "The body has to be a JSON object.")
        }
        for (name, _) in root.members where !names.contains(name) {
            throw Problem(
                .unknownMember,
                "\(name) is not a member of this request; known are: "
                    + "\(names.joined(separator: ", ")).",
                field: name
            )
        }
    }

    /// A member's value; nil when it is not given.
    subscript(name: String) -> JSONValue? { root[name] }

    /// A string; nil when it is not given.
    func text(_ name: String, expected: String = "a string") throws(Problem) -> String? {
        guard let value = root[name] else { return nil }
        guard let text = value.string else { throw Self.invalid(name, expected: expected) }
        return text
    }

    /// A whole number in `range`; nil when it is not given.
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

    /// True or false; false when it is not given.
    func flag(_ name: String) throws(Problem) -> Bool {
        guard let value = root[name] else { return false }
        guard let flag = value.bool else { throw Self.invalid(name, expected: "true or false") }
        return flag
    }

    /// The problem of a member whose value is missing or not what it has to be.
    static func invalid(_ name: String, expected: String) -> Problem {
        Problem(.invalidMember, "\(name) has to be \(expected).", field: name)
    }
}
