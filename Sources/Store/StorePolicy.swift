package import Payments

/// The merchant's choices that bear on what the store does.
package struct StorePolicy: Equatable, Sendable {
    /// How callbacks and answers are judged.
    package var judging: JudgePolicy

    /// When the gateway is asked by ourselves.
    package var schedule: QuerySchedule

    package init(judging: JudgePolicy = JudgePolicy(), schedule: QuerySchedule = QuerySchedule()) {
        self.judging = judging
        self.schedule = schedule
    }
}
