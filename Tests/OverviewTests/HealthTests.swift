import Payments
import Testing

@testable import Overview

/// The sentence about the health of the receiver.
struct HealthTests {
    /// Facts with one reason, and what is said of it.
    struct Row: CustomTestStringConvertible, Sendable {
        let name: Health.Reason.Name
        let status: Health.Status
        let text: String
        var count: Int64?
        let change: @Sendable (inout HealthFacts) -> Void
        var testDescription: String { name.rawValue }
    }

    static var facts: HealthFacts {
        HealthFacts(nowMilliseconds: DayTallyTests.at("2026-11-29T14:05:00+07:00"))
    }

    static let rows = [
        Row(
            name: .databaseNotWritable,
            status: .failing,
            text: "Callbacks cannot be stored: the database cannot be written."
        ) { $0.isDatabaseWritable = false },
        Row(
            name: .noGatewayKeys,
            status: .failing,
            text: "Every callback is refused: no public key of the gateway is loaded "
                + "(cashIn.publicKeyFiles)."
        ) { $0.hasKeys = false },
        Row(
            name: .callbacksRefused,
            status: .failing,
            text: "Callbacks of the gateway are refused: the entry callbacks-refused says why."
        ) { $0.attention = [.callbacksRefused: 1] },
        Row(
            name: .gatewayUnauthorized,
            status: .failing,
            text: "The gateway rejects our credentials: codes and queries fail."
        ) { $0.attention = [.gatewayUnauthorized: 1] },
        Row(
            name: .diskLow,
            status: .failing,
            text: "The disk is almost full: no code is generated until there is room again."
        ) { $0.isDiskLow = true },
        Row(
            name: .gatewayFailing,
            status: .attention,
            text: "The gateway does not respond to queries: HTTP status 502."
        ) {
            $0.gateway = .failing
            $0.lastFailure = "HTTP status 502"
        },
        Row(
            name: .noCallbacks,
            status: .attention,
            text: "Callbacks have stopped arriving, although there are payments or expired codes."
        ) { $0.attention = [.noCallbacks: 1] },
        Row(
            name: .clockDifference,
            status: .attention,
            text: "The gateway's clock and this machine's differ by more than the tolerance."
        ) { $0.attention = [.clockDifference: 1] },
        Row(
            name: .entriesOpen,
            status: .attention,
            text: "3 attention entries are open.",
            count: 3
        ) { $0.attention = [.amountMismatch: 2, .lateSuccess: 1] },
        Row(
            name: .consumersLate,
            status: .attention,
            text: "The consumer orders (and 1 more) has not read 7 transitions for five minutes "
                + "or more.",
            count: 2
        ) {
            $0.lateConsumers = [
                HealthFacts.LateConsumer(name: "orders", lag: 7),
                HealthFacts.LateConsumer(name: "stock", lag: 1),
            ]
        },
        Row(
            name: .reloadRefused,
            status: .attention,
            text: "The last reload of the configuration was refused: the one before is still in "
                + "force."
        ) { $0.isLastReloadApplied = false },
        Row(name: .stopping, status: .attention, text: "The receiver is stopping.") {
            $0.isStopping = true
        },
    ]

    @Test(arguments: rows)
    func `each reason has its sentence and its status`(row: Row) {
        var facts = Self.facts
        row.change(&facts)
        let health = Health(facts)
        #expect(health.status == row.status)
        #expect(health.sentence == row.text)
        let reason = Health.Reason(name: row.name, text: row.text, count: row.count)
        #expect(health.reasons == [reason])
    }

    @Test func `every reason is among them, in their order, the failing ones first`() {
        #expect(Self.rows.map(\.name) == Health.Reason.Name.allCases)
        let failing = Health.Reason.Name.allCases.map(\.isFailing)
        #expect(failing == failing.sorted { $0 && !$1 })
    }

    @Test func `of several reasons the most urgent one is said, and the others are counted`() {
        var facts = Self.facts
        Self.rows[8].change(&facts)
        Self.rows[0].change(&facts)
        var health = Health(facts)
        #expect(health.status == .failing)
        #expect(health.sentence == Self.rows[0].text + " One more reason.")
        #expect(health.reasons.map(\.name) == [.databaseNotWritable, .entriesOpen])
        Self.rows[10].change(&facts)
        health = Health(facts)
        #expect(health.sentence == Self.rows[0].text + " 2 more reasons.")
    }

    @Test(arguments: AttentionKind.allCases)
    func `an open entry of every kind is a reason`(kind: AttentionKind) {
        var facts = Self.facts
        facts.attention = [kind: 1]
        #expect(Health(facts).reasons.count == 1)
        facts.attention = [kind: 0]
        #expect(Health(facts).status == .ok)
    }

    @Test func `an entry and its cause are one reason`() {
        var facts = Self.facts
        facts.isDiskLow = true
        facts.gateway = .failing
        facts.attention = [.diskLow: 1, .gatewayUnreachable: 1, .lateSuccess: 1]
        #expect(Health(facts).reasons.map(\.name) == [.diskLow, .gatewayFailing, .entriesOpen])
        #expect(Health(facts).reasons.last?.text == "1 attention entry is open.")
    }

    @Test(arguments: [
        (0, nil, "no payment yet today; no callback has arrived yet."),
        (
            0, "2026-11-28T23:05:11+07:00",
            "no payment yet today; the last callback came at 2026-11-28 23:05:11."
        ),
        (
            1, "2026-11-29T14:04:59+07:00",
            "1 payment today, IDR 25000.00; the last callback came at 14:04:59."
        ),
        (
            12, "2026-11-29T14:04:59+07:00",
            "12 payments today, IDR 300000.00; the last callback came at 14:04:59."
        ),
    ])
    func `all is well`(paid: Int64, lastCallback: String?, rest: String) {
        var facts = Self.facts
        facts.paidToday = paid
        facts.paidTodaySen = Int128(paid) * 2_500_000
        facts.lastCallbackMilliseconds = lastCallback.map { DayTallyTests.at($0) }
        let health = Health(facts)
        #expect(health.status == .ok)
        #expect(health.sentence == "All is well: \(rest)")
        #expect(health.reasons.isEmpty)
    }
}
