import Payments
import Snap
import Text

/// The body of a request to the simulator itself; empty, or
/// `{"faults": ["duplicate=2", …], "amount": "10000.00", "wait": true}`, every member optional.
struct ControlRequest {
    /// Faults of this call, on top of the payment's own.
    private(set) var faults: [String] = []

    /// The amount of a payment that nobody has generated.
    private(set) var amount: Amount?

    /// Whether the answer waits until the callbacks are confirmed or given up.
    private(set) var waits = false

    init(_ body: [UInt8]) throws(ControlError) {
        guard !body.isEmpty else { return }
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(body).root
        } catch {
            throw ControlError(400, error.description)
        }
        guard root.kind == .object else { throw ControlError(400, "expected an object") }
        for (name, value) in root.members { try read(name, value) }
    }

    /// `plan` with the faults of this call.
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

/// Why the simulator does not do what it was asked for.
struct ControlError: Error, CustomStringConvertible {
    /// The HTTP status.
    let status: Int
    let description: String

    init(_ status: Int, _ description: String) {
        self.status = status
        self.description = description
    }
}
