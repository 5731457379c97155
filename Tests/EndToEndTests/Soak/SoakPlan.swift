import Foundation

/// What happens in a soak and when, drawn from a seed. Printed and read back as lines.
struct SoakPlan: Equatable, Sendable, CustomStringConvertible {
    let seed: UInt64

    /// In the order of time.
    var steps: [SoakStep]

    init(seed: UInt64, steps: [SoakStep]) {
        self.seed = seed
        self.steps = steps
    }

    /// Reads a plan: `seed N`, and a line for each step. Empty lines and those that begin with `#`
    /// are skipped.
    init(text: String) throws(SoakStep.Malformed) {
        let lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        guard let first = lines.first, first.hasPrefix("seed "),
            let seed = UInt64(first.dropFirst("seed ".count))
        else { throw .init(description: "expected seed NUMBER in the first line") }
        self.seed = seed
        var steps: [SoakStep] = []
        for line in lines.dropFirst() { steps.append(try SoakStep(line: line)) }
        self.steps = steps.sorted { $0.milliseconds < $1.milliseconds }
    }

    var description: String {
        (["seed \(seed)"] + steps.map(\.description)).joined(separator: "\n") + "\n"
    }

    /// Draws a plan of so many seconds.
    init(seed: UInt64, seconds: Int) {
        self.seed = seed
        var draw = SoakDraw(seed: seed, milliseconds: seconds * 1_000)
        draw.payments()
        draw.troubles()
        draw.operators()
        draw.machine()
        // Stable: steps of one time stay in the order in which they were drawn.
        steps = draw.steps.enumerated().sorted {
            ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset)
        }.map(\.element)
    }
}

/// Draws the steps of a plan. All numbers come from one generator, in one order.
private struct SoakDraw {
    private var random: SeededGenerator
    private let milliseconds: Int
    private(set) var steps: [SoakStep] = []

    /// The payments of the plan with the times of their first steps.
    private var references: [(reference: String, milliseconds: Int)] = []

    init(seed: UInt64, milliseconds: Int) {
        random = SeededGenerator(seed: seed)
        self.milliseconds = milliseconds
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    private mutating func one<Value>(_ values: Value...) -> Value {
        values[number(0...values.count - 1)]
    }

    /// Times that are as far apart as `interval` on average, in milliseconds.
    private mutating func times(every interval: Int) -> [Int] {
        var times: [Int] = []
        var time = number(0...interval)
        while time < milliseconds {
            times.append(time)
            time += number(interval / 4...interval * 7 / 4)
        }
        return times
    }

    private mutating func add(_ time: Int, _ verb: SoakStep.Verb, _ arguments: String...) {
        steps.append(SoakStep(time, verb, arguments))
    }

    mutating func payments() {
        for (index, time) in times(every: 250).enumerated() {
            let reference = "S-\(index + 1)"
            let plan = PaymentPlan(reference, &random)
            references.append((reference, time))
            let ends = time + number(0...3_000)
            let faults = plan.faults.joined(separator: ",")
            if plan.isGenerated {
                let valid = plan.end == .runsOut ? "3" : "10"
                add(time, .generate, reference, valid, plan.generateFault ?? "-")
            }
            switch plan.end {
            case .paid: add(ends, .pay, reference, plan.isGenerated ? "-" : "10000.00", faults)
            case .cancelled: add(ends, .cancel, reference, faults)
            case .runsOut: break
            }
        }
        for (index, time) in times(every: 700).enumerated() {
            add(time, .burst, "B-\(index + 1)", "\(number(1...30))")
        }
    }

    mutating func troubles() {
        for time in times(every: 1_500) {
            let link = one("notify", "notify", "gateway", "internal")
            let fault =
                link == "notify"
                ? one("cut", "refuse", "delay", "duplicate", "reorder")
                : one("cut", "refuse", "delay", "reorder")
            add(time, .link, link, fault, "\(number(50...1_200))")
        }
        for time in times(every: 8_000) {
            let fault = one("response=html-502", "response=cut", "response=empty")
            add(time, .gateway, fault, "\(number(50...800))")
        }
        for time in times(every: 1_200) {
            add(time, .crash, one("poll", "stream", "named", "forward"))
        }
    }

    mutating func operators() {
        for time in times(every: 1_500) {
            let known = references.prefix { $0.milliseconds + 500 < time }
            guard let reference = known.suffix(60).randomElement(using: &random)?.reference else {
                continue
            }
            switch number(0...9) {
            case 0...1: add(time, .accept, reference)
            case 2:
                add(time, .accept, reference)
                add(time + number(1...1_000), .undo, reference)
            case 3: add(time, .resolve)
            case 4...6:
                add(time, .replay, one("refused", "stale", "awaitingQuery", "applied", "replayed"))
            case 7...8: add(time, .query, reference)
            default: add(time, .reconcile)
            }
        }
    }

    mutating func machine() {
        for time in times(every: 6_000) { add(time, .kill, "\(number(0...30))") }
        for time in times(every: 15_000) { add(time, .stop) }
        for time in times(every: 9_000) { add(time, .freeze, "\(number(20...1_000))") }
        for time in times(every: 12_000) { add(time, .backup) }
        for time in times(every: 20_000) { add(time, .prune) }
        for time in times(every: 10_000) { add(time, .log, "\(number(50...2_000))") }
        for time in times(every: 12_000) {
            let seconds = one(-80_000, -7_200, -250, -2, 3, 250, 1_900, 80_000)
            add(time, .clock, "\(seconds)")
            add(time + number(200...3_000), .clock, "0")
        }
        for time in times(every: 5_000) {
            switch number(0...4) {
            case 0:
                add(time, .reload, "keys", "other")
                add(time + number(100...2_000), .reload, "keys", "both")
            case 1: add(time, .reload, "keys", one("usual", "both"))
            case 2: add(time, .reload, "confirm", one("always", "unproven"))
            case 3: add(time, .reload, "tolerance", one("300", "0", "5"))
            default: add(time, .reload, "broken", "-")
            }
        }
    }
}
