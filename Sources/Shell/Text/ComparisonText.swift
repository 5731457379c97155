import Commands
import ReceiverClient
import Text

/// A comparison for people: both sides, then a table for each kind of difference.
struct ComparisonText {
    private let root: JSONValue
    private let lists: [JSONValue]

    /// - Parameters:
    ///   - root: the response of the API.
    ///   - lists: its member `differences`.
    init(_ root: JSONValue, _ lists: [JSONValue]) {
        self.root = root
        self.lists = lists
    }

    var text: String {
        let period = [root.text("from"), root.text("to")].map { $0?.prefix(19) ?? "…" }
        let hasPeriod = root["from"]?.kind == .string || root["to"]?.kind == .string
        let range = hasPeriod ? "Period: \(period[0]) to \(period[1])\n" : ""
        let found = lists.filter { $0.text("count") != "0" }.map { table($0) }
        return range + sides + queries + found.map { "\n" + $0 }.joined() + "\n"
            + oneLine(root.text("summary") ?? "") + "\n"
    }

    private var sides: String {
        var table = Table([
            Table.Column(title: "SIDE"), Table.Column(title: "COUNT", isNumber: true),
            Table.Column(title: "AMOUNT", isNumber: true),
            Table.Column(title: "FEE", isNumber: true),
        ])
        return table.text(
            [("report", root["report"]), ("here", root["receiver"])].map { name, totals in
                [
                    name, totals?.text("count"), totals?.amount("amount"),
                    totals?.amount("feeAmount"),
                ]
            }
        )
    }

    private var queries: String {
        guard let queries = root["queries"], queries.kind == .object else { return "" }
        let (sent, left) = (queries.text("sent") ?? "", queries.text("left") ?? "")
        return "Queried: \(sent), not queried: \(left)\n"
    }

    // MARK: Differences

    private static let titles = [
        "onlyThere": "Only in the report",
        "onlyHere": "Only here",
        "notPaidHere": "Not paid here",
        "amountsDiffer": "Amounts differ",
        "feesDiffer": "Fees differ",
        "repeated": "On several lines of the report",
    ]

    /// The title of a list, and its entries, each followed by what became of it and what to do.
    private func table(_ list: JSONValue) -> String {
        let kind = list.text("kind") ?? ""
        let entries = list["entries"]?.elements ?? []
        var table = Table([
            Table.Column(title: "LINE", isNumber: true), Table.Column(title: "REFERENCE"),
            Table.Column(title: "REPORT", isNumber: true),
            Table.Column(title: "HERE", isNumber: true), Table.Column(title: "STATUS"),
            Table.Column(title: "AGE", isNumber: true),
        ])
        let isAboutFees = kind == "feesDiffer"
        let rows = table.text(entries.map { cells($0, isAboutFees: isAboutFees) })
            .split(separator: "\n").map { String($0) }
        var lines = [title(list, kind), rows.first ?? ""]
        for (row, entry) in zip(rows.dropFirst(), entries) {
            lines += [row] + remarks(entry).map { "  " + oneLine($0) }
        }
        let count = list.text("count").flatMap { Int($0) } ?? 0
        if count > entries.count {
            lines.append("and \(count - entries.count) more; --limit shows up to 1000")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func title(_ list: JSONValue, _ kind: String) -> String {
        let title = Self.titles[kind] ?? oneLine(kind)
        return "\(title): \(list.text("count") ?? ""), \(list.amount("amount") ?? "")"
    }

    private func cells(_ entry: JSONValue, isAboutFees: Bool) -> [String?] {
        let lines = entry["lines"]?.elements ?? []
        let payment = entry["payment"]
        let numbers = lines.compactMap { $0.text("line") }.joined(separator: ",")
        let member = isAboutFees ? "feeAmount" : "amount"
        return [
            numbers, lines.first?.text("reference") ?? payment?.text("partnerReferenceNo"),
            lines.first?.amount(member), payment?.amount(member), payment?.text("status"),
            entry.text("ageSeconds").flatMap { Int64($0) }.map { Self.age($0) },
        ]
    }

    private func remarks(_ entry: JSONValue) -> [String] {
        var remarks = [entry.text("sentence"), entry.text("action")].compactMap(\.self)
        if let gateway = entry["gateway"], gateway.kind == .object {
            let words = ["responseCode", "responseMessage", "latestTransactionStatus"]
                .compactMap { gateway.text($0) }
            remarks.append("The gateway responded: \(words.joined(separator: " ")).")
        } else if let problem = entry.text("gatewayProblem") {
            remarks.append(problem)
        }
        return remarks
    }

    /// `3 d`, `5 h` or `12 min`.
    private static func age(_ seconds: Int64) -> String {
        switch seconds {
        case 172_800...: "\(seconds / 86_400) d"
        case 7_200...: "\(seconds / 3_600) h"
        default: "\(seconds / 60) min"
        }
    }
}
