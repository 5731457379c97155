/// The sources of one loop; their deadlines are in one array, so that a sweep is one pass.
struct SourceTable {
    private struct Slot {
        var source: (any EventSource)?
        var generation: UInt32 = 0
    }

    private var slots: [Slot] = []
    /// Nanoseconds of the monotonic clock; `.max` means none.
    private var deadlines: [UInt64] = []
    private var vacant: [UInt32] = []

    var count: Int { slots.count - vacant.count }

    mutating func insert(_ source: any EventSource) -> EventSourceID {
        let index: UInt32
        if let last = vacant.popLast() {
            index = last
        } else {
            index = UInt32(slots.count)
            slots.append(Slot())
            deadlines.append(.max)
        }
        slots[Int(index)].source = source
        return EventSourceID(index: index, generation: slots[Int(index)].generation)
    }

    /// Removes a source; does nothing when it was removed before.
    mutating func remove(_ id: EventSourceID) {
        guard self[id] != nil else { return }
        let index = Int(id.index)
        slots[index].source = nil
        slots[index].generation &+= 1
        deadlines[index] = .max
        vacant.append(id.index)
    }

    /// The source; nil when it was removed.
    subscript(id: EventSourceID) -> (any EventSource)? {
        let slot = slots[Int(id.index)]
        return slot.generation == id.generation ? slot.source : nil
    }

    mutating func setDeadline(_ nanoseconds: UInt64, for id: EventSourceID) {
        guard self[id] != nil else { return }
        deadlines[Int(id.index)] = nanoseconds
    }

    /// Clears the deadlines up to `now`, and returns their sources.
    mutating func clearExpired(now: UInt64) -> [any EventSource] {
        var expired: [any EventSource] = []
        for index in deadlines.indices where deadlines[index] <= now {
            deadlines[index] = .max
            if let source = slots[index].source { expired.append(source) }
        }
        return expired
    }

    var all: [any EventSource] { slots.compactMap(\.source) }
}
