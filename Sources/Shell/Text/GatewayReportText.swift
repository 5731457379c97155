import Commands
import ReceiverClient
import Snap
import Text

/// A gateway report as tables for people.
struct GatewayReportText {
    private let report: JSONValue

    init(_ report: JSONValue) { self.report = report }

    var text: String {
        var sections: [String] = []
        if let callbacks = report["callbacks"] {
            let heading = heading("Callbacks", callbacks)
            sections += [heading] + tables(Self.callbackTables, of: callbacks)
            sections += [repetitions(callbacks), clock(callbacks)]
        }
        if let outbound = report["outbound"] {
            sections.append(heading("Gateway calls", outbound))
            for service in outbound["services"]?.elements ?? [] where service.text("calls") != "0" {
                sections += [summary(of: service)] + tables(Self.callTables, of: service)
            }
        }
        return sections.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// A table of one tally: the member with the tally, and a column for each member of its rows.
    private struct Section {
        let member: String
        let title: String
        let columns: [(title: String, member: String)]

        init(_ member: String, _ title: String, _ columns: (title: String, member: String)...) {
            self.member = member
            self.title = title
            self.columns = columns
        }
    }

    private static let callbackTables = [
        Section(
            "signatures",
            "Signed over",
            ("FORM", "form"),
            ("PATH", "path"),
            ("BODY", "body")
        ),
        Section("keys", "Keys that verified", ("FINGERPRINT", "value")),
        members,
        Section("headers", "Header fields", ("NAME", "value")),
        Section("externalIds", "X-EXTERNAL-ID", ("FORM", "form"), ("LENGTH", "length")),
        Section("channelIds", "CHANNEL-ID", ("VALUE", "value")),
        times, amounts, statuses,
        Section("roles", "Order of the references", ("ORDER", "value")),
        Section("answers", "Responses sent", ("CODE", "value")),
        Section("clients", "Client addresses", ("ADDRESS", "value")),
        Section("userAgents", "User-Agent", ("VALUE", "value")),
        Section("httpVersions", "HTTP versions", ("VERSION", "value")),
    ]

    private static let callTables = [
        Section("responseCodes", "Response codes", ("CODE", "value")),
        Section("httpStatuses", "HTTP statuses", ("STATUS", "value")),
        members,
        Section("serviceCodes", "serviceCode", ("TYPE", "type"), ("VALUE", "value")),
        amounts, statuses, times,
    ]

    private static let members = Section(
        "members",
        "Members",
        ("MEMBER", "path"),
        ("TYPE", "type"),
        ("DOCUMENTED", "documented")
    )
    private static let times = Section(
        "times",
        "Times",
        ("WHERE", "name"),
        ("FORM", "form"),
        ("OFFSET", "offset"),
        ("FRACTION DIGITS", "fractionDigits")
    )
    private static let amounts = Section(
        "amounts",
        "Amounts",
        ("TYPE", "type"),
        ("DECIMALS", "decimals"),
        ("EXPONENT", "exponent")
    )
    private static let statuses = Section(
        "statuses",
        "latestTransactionStatus",
        ("TYPE", "type"),
        ("VALUE", "value")
    )

    private func tables(_ sections: [Section], of part: JSONValue) -> [String] {
        sections.map { section in
            guard let tally = part[section.member] else { return "" }
            return text(of: tally, section)
        }
    }

    private func text(of tally: JSONValue, _ section: Section) -> String {
        let rows = tally["values"]?.elements ?? []
        guard !rows.isEmpty else { return "" }
        var table = Table(
            [Table.Column(title: "COUNT", isNumber: true)]
                + section.columns.map { Table.Column(title: $0.title) }
                + ["FIRST", "LAST"].map { Table.Column(title: $0) }
        )
        let names = ["count"] + section.columns.map(\.member) + ["firstAt", "lastAt"]
        var text = section.title + "\n"
        text += table.text(rows.map { row in names.map { row.text($0) } })
        if let unlisted = tally.text("unlisted"), unlisted != "0" {
            text += "and \(unlisted) of other values\n"
        }
        let notSeen = tally["notSeen"]?.elements.compactMap(\.string) ?? []
        if !notSeen.isEmpty {
            text += oneLine("documented, never seen: " + notSeen.joined(separator: ", ")) + "\n"
        }
        return text
    }

    private func heading(_ title: String, _ part: JSONValue) -> String {
        var text = "\(title): \(part.text("count") ?? "0")"
        if let first = part["period"]?.text("firstAt"), let last = part["period"]?.text("lastAt") {
            text += ", \(first) to \(last)"
        }
        if part["truncated"]?.bool == true { text += "; older ones were left out" }
        if let unreadable = part.text("unreadableBodies"), unreadable != "0" {
            text += "; \(unreadable) with a body that is not a JSON object"
        }
        return oneLine(text) + "\n"
    }

    private func summary(of service: JSONValue) -> String {
        var text = "\(service.text("service") ?? "-"): \(number(service, "calls", of: "call"))"
        if let unanswered = service.text("unanswered"), unanswered != "0" {
            text += ", \(unanswered) without a response"
        }
        if let unreadable = service.text("unreadableBodies"), unreadable != "0" {
            text += ", \(unreadable) responses that are not a JSON object"
        }
        if let times = spread(service["responseMilliseconds"], unit: "ms") {
            text += "; response time \(times)"
        }
        return oneLine(text) + "\n"
    }

    private func repetitions(_ callbacks: JSONValue) -> String {
        var lines: [String] = []
        if let identical = callbacks["repetitions"]?["identical"],
            let spacing = spread(identical["spacingSeconds"], unit: "s")
        {
            lines.append(
                "\(number(identical, "callbacks", of: "callback")) redelivered in the same bytes, "
                    + "\(number(identical, "deliveries", of: "time")); first to last \(spacing)"
            )
        }
        if let other = callbacks["repetitions"]?["sameFact"],
            let spacing = spread(other["spacingSeconds"], unit: "s")
        {
            lines.append(
                "\(number(other, "facts", of: "fact")) sent again in other bytes, "
                    + "\(number(other, "callbacks", of: "time")): "
                    + "\(other.text("keptExternalId") ?? "0") with the same X-EXTERNAL-ID, "
                    + "\(other.text("changedExternalId") ?? "0") with another, "
                    + "\(other.text("changedTimestamp") ?? "0") with another X-TIMESTAMP; "
                    + "first to last \(spacing)"
            )
        }
        guard !lines.isEmpty else { return "" }
        return "Redeliveries and retries\n" + lines.map { oneLine($0) + "\n" }.joined()
    }

    private func clock(_ callbacks: JSONValue) -> String {
        guard let spread = spread(callbacks["clockDifferenceMilliseconds"], unit: "ms") else {
            return ""
        }
        return oneLine("Received after X-TIMESTAMP: \(spread)") + "\n"
    }

    /// A count with its noun, such as `1 call` or `2 calls`.
    private func number(_ object: JSONValue, _ member: String, of thing: String) -> String {
        let count = object.text(member) ?? "0"
        return count == "1" ? "1 \(thing)" : "\(count) \(thing)s"
    }

    /// A distribution as text; nil if nothing was measured.
    private func spread(_ spread: JSONValue?, unit: String) -> String? {
        guard let spread, let median = spread.text("median"), let least = spread.text("min"),
            let p95 = spread.text("p95"), let most = spread.text("max")
        else { return nil }
        return "\(least) to \(most) \(unit), median \(median), 95 % up to \(p95)"
    }
}
