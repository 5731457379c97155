import HTTPClient
import HTTPServer
import Logging
import Payments
import Snap
import Text

/// The simulated gateway: its payments, and what it says about them.
actor Gateway {
    /// What one simulator keeps at most.
    static let paymentsMax = 100_000
    static let callbacksMax = 1000

    let settings: SimulatorSettings
    let client: HTTPClient
    let log: Log
    let now: @Sendable () -> Int64

    /// How payments made from now on behave.
    var plan: FaultPlan
    var random: SplitMix64

    private var payments: [Reference: SimulatedPayment] = [:]

    /// The payments' numbers in the order of their making.
    private var order: [Reference] = []

    /// The X-EXTERNAL-IDs of the day, which may not come twice.
    private var externalIDs: Set<String> = []
    private var externalIDDay = 0

    var deliveries: [Int: Task<Void, Never>] = [:]
    var deliveryCount = 0
    var held: [CheckedContinuation<Void, Never>] = []
    var isStopped = false

    init(
        _ settings: SimulatorSettings,
        plan: FaultPlan,
        client: HTTPClient,
        log: Log,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.plan = plan
        self.client = client
        self.log = log
        self.now = now
        random = SplitMix64(seed: settings.seed)
    }

    /// A payment; nil when there is none under the merchant's number.
    func payment(_ reference: Reference) -> SimulatedPayment? { payments[reference] }

    /// Every payment, oldest first.
    var allPayments: [SimulatedPayment] { order.compactMap { payments[$0] } }

    /// Changes a payment that exists.
    func update(_ reference: Reference, _ change: (inout SimulatedPayment) -> Void) {
        guard var payment = payments[reference] else { return }
        change(&payment)
        payments[reference] = payment
    }

    /// Whether the next payment shows the faults.
    func drawsFault() -> Bool {
        Int.random(in: 0..<100, using: &random) < settings.faultPercent
    }

    /// Makes a payment, unless there are too many; its behaviour is drawn here.
    func make(_ intent: GenerateIntent, externalID: String, validUntil: Int64) -> SimulatedPayment?
    {
        guard order.count < Self.paymentsMax else { return nil }
        let drawn = drawsFault() ? plan : plan.withoutFaults
        guard let referenceNo = Reference("PAY\(random.digits(6))\(order.count + 1)") else {
            preconditionFailure("letters and digits are a reference")
        }
        let payment = SimulatedPayment(
            intent,
            referenceNo: referenceNo,
            externalID: externalID,
            validUntilMilliseconds: validUntil,
            qrContent: qrContent(
                for: intent,
                referenceNo,
                isBroken: drawn.generateAnswer == .badQR
            ),
            createdMilliseconds: now(),
            plan: drawn
        )
        payments[intent.partnerReferenceNo] = payment
        order.append(intent.partnerReferenceNo)
        return payment
    }

    /// Whether an X-EXTERNAL-ID is used for the first time today.
    func isNew(externalID: String) -> Bool {
        let day = JakartaTime.day(milliseconds: now())
        if day != externalIDDay {
            externalIDDay = day
            externalIDs = []
        }
        guard externalIDs.count < Self.paymentsMax * 10 else { return true }
        return externalIDs.insert(externalID).inserted
    }

    private func qrContent(
        for intent: GenerateIntent,
        _ referenceNo: Reference,
        isBroken: Bool
    ) -> String {
        let account = [(0, "ID.CO.SIMULATOR.WWW"), (1, "936000000000000001"), (3, "UME")]
        let objects = [
            (QRISTag.formatIndicator, "01"), (QRISTag.initiation, "12"),
            (QRISTag.merchantAccounts.lowerBound, text(of: account)),
            (QRISTag.categoryCode, "5411"), (QRISTag.currency, "360"),
            (QRISTag.amount, intent.amount.description), (QRISTag.country, "ID"),
            (QRISTag.merchantName, "SIMULATOR"), (QRISTag.merchantCity, "JAKARTA"),
            (QRISTag.additionalData, text(of: [(1, referenceNo.text)])),
        ]
        let text = QRISContent.text(of: objects.compactMap { QRISObject(tag: $0.0, value: $0.1) })
        guard isBroken, let last = text.last else { return text }
        return text.dropLast() + (last == "0" ? "1" : "0")
    }

    private func text(of objects: [(Int, String)]) -> String {
        objects.compactMap { QRISObject(tag: $0.0, value: $0.1)?.text }.joined()
    }
}
