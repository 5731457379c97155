import FoundationEssentials
import Glibc
import Support

/// What each step of a callback costs: in instructions by callgrind, and in CPU time by perf.
struct Profile {
    /// A cost for each step, by name, and of the whole.
    struct Costs {
        var steps: [String: Double] = [:]
        var whole = 0.0

        /// Divides everything by a number of callbacks.
        func divided(by count: Double) -> Costs {
            Costs(steps: steps.mapValues { $0 / count }, whole: whole / count)
        }

        static func - (more: Costs, less: Costs) -> Costs {
            Costs(
                steps: more.steps.merging(less.steps) { $0 - $1 },
                whole: more.whole - less.whole
            )
        }
    }

    static let columns = ["step", "instructions", "% of them", "CPU µs", "% of it"]

    /// The rows of the table: each step, what belongs to none, and the whole.
    static func rows(instructions: Costs?, microseconds: Costs?) -> [[Table.Cell]] {
        let names = ProfileStep.outermost.flatMap(\.all).map(\.name)
        let cells = { (costs: Costs?, cost: (Costs) -> Double, digits: Int) -> [Table.Cell] in
            guard let costs, costs.whole > 0 else { return [.none, .none] }
            let value = cost(costs)
            return [
                .number(value, digits: digits), .number(value * 100 / costs.whole, digits: 1),
            ]
        }
        let row = { (name: String, cost: @escaping (Costs) -> Double) -> [Table.Cell] in
            [.text(name)] + cells(instructions, cost, 0) + cells(microseconds, cost, 2)
        }
        return names.map { name in row(name) { $0.steps[name] ?? 0 } } + [
            row("none of these") { $0.whole - $0.steps.values.reduce(0, +) },
            row("all") { $0.whole },
        ]
    }

    // MARK: Instructions

    /// Reads a file of callgrind.
    static func instructions(in path: String) throws -> Costs {
        var names: [Substring: Substring] = [:]
        var inclusive: [Substring: Double] = [:]
        var costs = Costs()
        var function: Substring = ""
        var isCall = false
        for line in try contents(of: path).split(separator: "\n") {
            if let (id, name) = Self.name(in: line, after: "fn=") {
                function = id
                if let name { names[id] = name }
            } else if let (id, name) = Self.name(in: line, after: "cfn=") {
                if let name { names[id] = name }
            } else if line.hasPrefix("calls=") {
                isCall = true
            } else if let first = line.first,
                first.isNumber || first == "+" || first == "-"
                    || first == "*"
            {
                let cost = line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
                inclusive[function, default: 0] += cost
                // The cost of a call is that of the function that is called, once more.
                if !isCall { costs.whole += cost }
                isCall = false
            }
        }
        let ids = Array(names.keys)
        let readable = try demangled(ids.map { String(names[$0] ?? "") })
        for step in ProfileStep.outermost {
            _ = try add(step, to: &costs) { step in
                // A function calls its witness or thunk, so the outermost has the whole cost.
                zip(ids, readable).filter { $1.contains(step.function) }
                    .map { inclusive[$0.0] ?? 0 }.max()
            }
        }
        return costs
    }

    /// Adds a step less the steps inside it; returns its whole cost.
    private static func add(
        _ step: ProfileStep,
        to costs: inout Costs,
        _ cost: (ProfileStep) -> Double?
    ) throws -> Double {
        guard let whole = cost(step) else {
            throw Options.Problem(description: "no function contains \(step.function)")
        }
        var own = whole
        for inner in step.inner { own -= try add(inner, to: &costs, cost) }
        costs.steps[step.name] = max(own, 0)
        return whole
    }

    /// The id and the name in a line such as `fn=(12) name`; the name only where it is first used.
    private static func name(
        in line: Substring,
        after key: String
    ) -> (id: Substring, name: Substring?)? {
        guard line.hasPrefix(key), let end = line.firstIndex(of: ")") else { return nil }
        let id = line[..<end].dropFirst(key.count + 1)
        let rest = line[end...].dropFirst(2)
        return (id, rest.isEmpty ? nil : rest)
    }

    // MARK: CPU time

    /// Reads what `perf script -F comm,ip,sym` printed; the costs are samples.
    ///
    /// A sample belongs to the innermost function that does a step.
    static func samples(in path: String) throws -> Costs {
        var stacks: [[Substring]] = []
        for block in try contents(of: path).split(separator: "\n", omittingEmptySubsequences: false)
            .split(whereSeparator: \.isEmpty)
        {
            // The first line is the thread, the others are the address and the function.
            stacks.append(
                block.dropFirst().compactMap { line in
                    line.split(separator: " ", maxSplits: 1).dropFirst().first
                }
            )
        }
        let symbols = Array(Set(stacks.joined()))
        let readable = try demangled(symbols.map { String($0) })
        let steps = ProfileStep.outermost.flatMap(\.all).reversed()
        var stepOfSymbol: [Substring: String] = [:]
        for (symbol, name) in zip(symbols, readable) {
            stepOfSymbol[symbol] = steps.first { name.contains($0.function) }?.name
        }
        var costs = Costs()
        for stack in stacks {
            costs.whole += 1
            if let name = stack.lazy.compactMap({ stepOfSymbol[$0] }).first {
                costs.steps[name, default: 0] += 1
            }
        }
        return costs
    }

    /// The readable forms of mangled names, in the same order.
    private static func demangled(_ names: [String]) throws -> [String] {
        let directory = "/tmp/benchmark-names-\(getpid())"
        _ = try checked("mkdir", mkdir(directory, 0o700))
        defer {
            for file in ["in", "out"] { unlink("\(directory)/\(file)") }
            rmdir(directory)
        }
        try write(names.joined(separator: "\n") + "\n", to: "\(directory)/in")
        try shell("swift demangle --simplified < \(directory)/in > \(directory)/out")
        return try contents(of: "\(directory)/out")
            .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }
}

/// Runs a line of shell.
func shell(_ line: String) throws {
    let child = try spawn(["/bin/sh", "-c", line]) { _ in }
    guard waitForEnd(of: child).exitCode == 0 else {
        throw Options.Problem(description: "failed: \(line)")
    }
}
