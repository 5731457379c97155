/// Where in each list the clock was set back, while rows are written.
///
/// A *stretch* is the rows from one step to the next. In a stretch, no row's time lies more than
/// ``TimeList/disorderMilliseconds`` before the time of an earlier row. A clock that is set
/// forwards makes no step: times still grow.
struct ClockSteps: Sendable {
    private struct End {
        let id: Int64

        /// The newest time in the last stretch.
        var milliseconds: Int64
    }

    /// By ``TimeList/place``.
    private var ends: [End?] = Array(repeating: nil, count: TimeList.allCases.count)

    /// Starts where a list ends on disk: with the key and the time of its last row.
    ///
    /// An earlier row of the stretch may be newer, by ``TimeList/disorderMilliseconds`` at most.
    /// That much is assumed: a step too many costs one row, a missing one hides rows.
    mutating func resume(_ list: TimeList, id: Int64, milliseconds: Int64) {
        let newest = milliseconds + TimeList.disorderMilliseconds
        ends[list.place] = End(id: id, milliseconds: newest)
    }

    /// Whether `id` lies behind the rows of its list: what ``note(_:id:milliseconds:)`` expects.
    func isLast(_ list: TimeList, id: Int64) -> Bool {
        ends[list.place].map { id > $0.id } ?? true
    }

    /// Records a row at the end of its list; returns whether a new stretch starts with it.
    mutating func note(_ list: TimeList, id: Int64, milliseconds: Int64) -> Bool {
        guard let end = ends[list.place] else {
            ends[list.place] = End(id: id, milliseconds: milliseconds)
            return false
        }
        let isStep = milliseconds < end.milliseconds - TimeList.disorderMilliseconds
        let newest = isStep ? milliseconds : max(end.milliseconds, milliseconds)
        ends[list.place] = End(id: id, milliseconds: newest)
        return isStep
    }
}
