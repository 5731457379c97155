/// A table whose rows are listed by time, and found by halving over its key.
enum TimeList: Int64, CaseIterable, Sendable {
    case callbacks = 1
    case payments = 2
    case transitions = 3
    case gatewayCalls = 4

    /// Its place in an array with one element for each list.
    var place: Int { Int(rawValue) - 1 }

    var table: String {
        switch self {
        case .callbacks: "callbacks"
        case .payments: "payments"
        case .transitions: "transitions"
        case .gatewayCalls: "gateway_calls"
        }
    }

    /// The table's key.
    var key: String { self == .transitions ? "sequence" : "id" }

    /// The column that grows with the key between clock steps, but for ``disorderMilliseconds``.
    var time: String {
        switch self {
        case .callbacks: "received_at"
        case .payments: "created_at"
        case .transitions: "recorded_at"
        case .gatewayCalls: "finished_at"
        }
    }

    /// How far a row's time may lie before the newest time so far without a clock step: callbacks
    /// of several connections reach the writer in another order than they came.
    static let disorderMilliseconds: Int64 = 60_000
}
