import Payments
import Snap
import Text

/// The body of a request to the simulator's control API.
///
/// The body is empty, or an object as below; every member is optional, and an unknown one is an
/// error.
///
/// ```
/// {"faults": ["duplicate=2", …], "amount": "10000.00", "wait": true}
/// ```
struct ControlRequest {
    /// Faults of this call, in addition to those of the payment.
    private(set) var faults: [String] = []

    /// The amount of a payment to create, if the reference is unknown; only used by `pay`.
    private(set) var amount: Amount?

    /// Whether the response waits until each callback is confirmed or its retries are exhausted.
    private(set) var waits = false

    /// Parses a body.
    ///
    /// - Throws: ``ControlError`` with status 400.
    init(_ body: [UInt8]) throws(ControlError) {
        guard !body.isEmpty else { return }
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(body).root
        } catch {
            throw ControlError(400, error.description)
        }
        guard root.kind == .object else { throw ControlError(400, "expected a JSON object") }
        for (name, value) in root.members { try read(name, value) }
    }

    /// Adds the faults of this call to `plan`.
    ///
    /// - Throws: ``ControlError`` with status 400 for an unknown fault or an invalid value.
    func plan(on plan: FaultPlan) throws(ControlError) -> FaultPlan {
        var plan = plan
        do throws(FaultError) {
            for fault in faults { try plan.add(fault) }
        } catch {
            throw ControlError(400, error.description)
        }
        return plan
    }

    private mutating func read(_ name: String, _ value: JSONValue) throws(ControlError) {
        switch name {
        case "faults":
            let texts = value.elements.compactMap(\.string)
            guard value.kind == .array, texts.count == value.elements.count else {
                throw ControlError(400, "faults: expected an array of strings")
            }
            faults = texts
        case "amount":
            guard let amount = value.string.flatMap({ Amount(text: $0.utf8.span) }) else {
                throw ControlError(400, "amount: expected a string such as \"10000.00\"")
            }
            self.amount = amount
        case "wait":
            guard let waits = value.bool else {
                throw ControlError(400, "wait: expected true or false")
            }
            self.waits = waits
        default:
            throw ControlError(400, "unknown member, expected faults, amount or wait")
        }
    }
}

/// Why the control API rejects a request.
struct ControlError: Error, CustomStringConvertible {
    /// The HTTP status of the response.
    let status: Int
    /// The `error` member of the response.
    let description: String

    init(_ status: Int, _ description: String) {
        self.status = status
        self.description = description
    }
}
