import Foundation
import Support

/// Days of a shop, one after the other: what is received and what the receiver shows of it.
///
/// The shop counts its money itself, by day. What it asks right after the clock was stepped it asks
/// again on another connection if need be: one that was being accepted meanwhile is hours old.
final class ShopRun {
    /// The money of a day.
    private struct Tally: Equatable {
        var count = 0
        var sen = 0
    }

    private let scene: ShopScene
    private let calendar: ShopCalendar
    private let callbacksPerDay: Int
    private var random: SplitMix64
    private var tallies: [String: Tally] = [:]
    private var year = ShopYear()
    private(set) var years: [ShopYear] = []

    /// The number of the last transition that the shop has read.
    private var position = 0

    /// Payments that were paid, and those that the feed has shown as paid.
    private var (paidCount, successCount) = (0, 0)

    init(from day: String, callbacksPerDay: Int, seed: UInt64) throws {
        guard let calendar = ShopCalendar(from: day) else {
            throw ShopScene.Failed(reason: "\(day) is no day, expected one as 2027-12-31")
        }
        self.calendar = calendar
        self.callbacksPerDay = callbacksPerDay
        random = SplitMix64(seed: seed)
        scene = try ShopScene(at: calendar.time(0, hour: 0, second: 30))
    }

    /// Lives through the days from `first` to `last`, and looks at the years.
    func live(_ days: ClosedRange<Int>, progress: (String) -> Void = { _ in }) throws {
        for day in days {
            try trade(day)
            if calendar.endsYear(day) || day == days.upperBound {
                try lookBack(on: day)
                progress(years.last?.row.joined(separator: " | ") ?? "")
            }
        }
    }

    // MARK: A day

    private func trade(_ day: Int) throws {
        year.dayCount += 1
        try scene.pass(until: calendar.time(day, hour: 9))
        let client = try scene.daemon.connect()
        for _ in 0..<callbacksPerDay - 2 { try receive(callback(on: day), client, day) }
        try generate(day)
        // The same X-EXTERNAL-ID before and after midnight: it has to be unique for a day.
        try scene.pass(until: calendar.time(day, hour: 23, minute: 59, second: 40))
        let late = try callback(on: day)
        try receive(late, scene.daemon.connect(), day)
        if calendar.endsMonth(day) {
            let other = try callback(on: day).with { $0.externalID = late.externalID }
            let response = try scene.daemon.post(other)
            try need(response.code == "4095600", "the ID of the day: \(response.text)")
            try decide("external-id-conflict")
        }
        try scene.pass(until: calendar.time(day + 1, hour: 0, second: 1))
        let early = try callback(on: day + 1).with { $0.externalID = late.externalID }
        try receive(early, scene.daemon.connect(), day + 1)
        try read()
    }

    /// A payment that was made elsewhere.
    private func callback(on day: Int) throws -> Callback {
        let sen = Int.random(in: 1...500, using: &random) * 10_000
        var callback = try Callback(amount: "\(sen / 100).00")
        let time = ShopCalendar.timestamp(scene.time)
        callback.timestamp = time
        callback.body.createdTime = "\"\(time)\""
        callback.body.finishedTime = "\"\(time)\""
        try need(time.hasPrefix(calendar.text(day)), "\(time) is not on \(calendar.text(day))")
        return callback
    }

    private func receive(_ callback: Callback, _ client: RawClient, _ day: Int) throws {
        let bytes = try callback.request().bytes
        let start = ContinuousClock.now
        let response = try (try? client.exchange(bytes)) ?? scene.daemon.post(callback)
        year.milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
        try need(response.code == "2005600", "\(calendar.text(day)): \(response.text)")
        let value = callback.body.amount?.split(separator: "\"").first { $0.hasSuffix(".00") } ?? ""
        count(on: day, sen: (Int(value.dropLast(3)) ?? 0) * 100)
        year.callbackCount += 1
    }

    private func count(on day: Int, sen: Int) {
        tallies[calendar.text(day), default: Tally()].count += 1
        tallies[calendar.text(day), default: Tally()].sen += sen
        paidCount += 1
    }

    /// A payment whose callback is lost every fifth day; then the receiver asks for it.
    private func generate(_ day: Int) throws {
        let reference = "SHOP-\(calendar.text(day))"
        let response = try scene.daemon.generate(reference)
        try need(response.status == 201, "generate: \(response.text)")
        try scene.gateway.pay(reference, faults: day % 5 == 0 ? ["drop"] : [])
        count(on: day, sen: 1_000_000)
        // The query after the validity.
        try scene.pass(until: calendar.time(day, hour: 12))
        let payment =
            try (try? scene.daemon.transaction(reference, until: "success"))
            ?? scene.daemon.transaction(reference, until: "success")
        try need(payment["status"].text == "success", "\(reference): \(payment)")
    }

    /// Resolves the one open entry.
    private func decide(_ kind: String) throws {
        let open = try scene.daemon.attention()
        try need(open.count == 1 && open[0]["kind"].text == kind, "open: \(open)")
        let target = "/admin/attention/\(open[0]["id"].integer ?? 0)/resolve"
        let resolved = try scene.daemon.post(target, #"{"note":"the gateway was told"}"#)
        try need(resolved.status == 200, "\(resolved.text)")
        year.entryCount += 1
    }

    /// Reads what has come to the feed, and moves the consumer.
    private func read() throws {
        let transitions = try scene.daemon.feed(after: position)
        let numbers = transitions.map { $0["sequence"].integer ?? 0 }
        let head = position + numbers.count
        try need(numbers == Array(position + 1..<head + 1), "after \(position): \(numbers)")
        successCount += transitions.count { $0["to"].text == "success" }
        try need(successCount == paidCount, "\(successCount) of \(paidCount) are in the feed")
        position = head
        let moved = try scene.daemon.call("PUT", "/v1/consumers/shop", "{\"position\":\(head)}")
        try need(moved.status < 300, "the consumer: \(moved.text)")
    }

    // MARK: A year

    /// Compares everything with the shop's own count, removes what is old, and starts again.
    private func lookBack(on day: Int) throws {
        try compareSummary(on: day)
        try checkBodies(on: day)
        year.name = String(calendar.text(day).prefix(4))
        let open = try scene.daemon.attention()
        try need(open.isEmpty, "open: \(open)")
        year.removedTransitionCount = try prune(on: day)
        year.residentKilobytes = scene.residentKilobytes
        year.descriptorCount = scene.descriptorCount
        year.databaseKilobytes = scene.kilobytes("")
        year.otherKilobytes = ["-wal", "-lookup", "-refused"].map(scene.kilobytes).reduce(0, +)
        year.startMilliseconds = try scene.restart()
        try compareSummary(on: day)
        years.append(year)
        year = ShopYear()
    }

    /// Compares the year that ends with `day`.
    private func compareSummary(on day: Int) throws {
        let first = calendar.text(day - 364)
        let summary = try scene.daemon.get("/v1/summary?from=\(first)")
        let counted = tallies.filter { $0.key >= first }
        var shown: [String: Tally] = [:]
        for row in summary.json["days"].items where row["status"].text == "success" {
            let value = row["amount"]["value"].text ?? ""
            let sen = Int(value.filter { $0 != "." }) ?? 0
            shown[row["day"].text ?? ""] = Tally(count: row["count"].integer ?? 0, sen: sen)
        }
        for (day, tally) in counted where shown[day] != tally {
            throw ShopScene.Failed(
                reason: "\(day): the shop has \(tally), shown is \(shown[day] ?? Tally())"
            )
        }
        try need(shown.count == counted.count, "days that the shop does not know")
    }

    /// Bodies are kept for as long as configured, and not longer.
    private func checkBodies(on day: Int) throws {
        let kept = ("from", calendar.text(day - ShopScene.bodyDays + 1), isErased: false)
        let erased = ("to", calendar.text(day - ShopScene.bodyDays - 1), isErased: true)
        for (name, date, isErased) in [kept, erased] {
            let callbacks = try scene.daemon.callbacks("\(name)=\(date)")
            try need(isErased || !callbacks.isEmpty, "no callbacks from \(date) on")
            for callback in callbacks.prefix(10) + callbacks.suffix(10) {
                let id = callback["id"].integer ?? 0
                let whole = try scene.daemon.get("/v1/callbacks/\(id)").json
                try need((whole["body"] == .null) == isErased, "\(name) \(date): \(whole)")
            }
        }
    }

    private func prune(on day: Int) throws -> Int {
        let before = calendar.text(day - ShopScene.bodyDays)
        let order = "{\"before\":\"\(before)\",\"transitions\":true}"
        let started = try scene.daemon.post("/admin/prune", order)
        try need(started.status == 202, "prune: \(started.text)")
        while true {
            let progress = try scene.daemon.get("/admin/prune").json
            if progress["state"].text == "running" { continue }
            try need(progress["state"].text == "done", "\(progress)")
            return progress["removedTransitions"].integer ?? 0
        }
    }

    /// A backup of the end has everything.
    func checkBackup() throws {
        let commands = DatabaseCommands(workspace: scene.workspace)
        let backup = try commands.backup()
        try need(backup.end == .exited(0), "\(backup.errors)")
        let check = try commands.verify()
        try need(check.end == .exited(0), "\(check.errors)")
    }

    private func need(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
        if !condition { throw ShopScene.Failed(reason: reason()) }
    }
}
