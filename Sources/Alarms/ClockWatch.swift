/// Decides about the entry `clock-difference` (article Statuses, "Attention entries").
struct ClockWatch {
    private(set) var isOpen: Bool

    /// - Parameter isOpen: whether the entry is open from an earlier run of the program.
    init(isOpen: Bool) { self.isOpen = isOpen }

    /// Decides what follows from the samples; nil for nothing.
    mutating func step(_ verdict: ClockSamples.Verdict) -> EntryChange? {
        switch verdict {
        case .unclear: return nil
        case .agrees:
            guard isOpen else { return nil }
            isOpen = false
            return .close(note: "the clocks agree again")
        case .differs(let milliseconds):
            if isOpen { return nil }
            isOpen = true
            let side = milliseconds > 0 ? "behind" : "ahead of"
            return .raise(
                detail: "this machine's clock is \(milliseconds.magnitude / 1_000) s \(side) the "
                    + "gateway's; callbacks count as stale, and gateway calls may be refused: "
                    + "check the time synchronisation"
            )
        }
    }
}
