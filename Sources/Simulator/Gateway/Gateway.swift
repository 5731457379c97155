import HTTPClient
import HTTPServer
import Logging
import Payments
import Snap
import Text

/// The simulated gateway, with its payments and the deliveries of their callbacks.
///
/// The state is in memory only. All random choices come from one seeded generator, so that the same
/// calls in the same order give the same ids and faults.
actor Gateway {
    /// Maximum payments of a simulator, and maximum callbacks of one payment.
    static let paymentsMax = 100_000
    static let callbacksMax = 1000

    let settings: SimulatorSettings
    let client: HTTPClient
    let log: Log
    /// The clock, in milliseconds since the epoch; tests replace it.
    let now: @Sendable () -> Int64

    /// The behaviour of payments created from now on.
    var plan: FaultPlan
    /// The source of all random numbers.
    var random: SplitMix64

    private var payments: [Reference: SimulatedPayment] = [:]

    /// The references of the payments, in the order of their creation.
    private var order: [Reference] = []

    /// The X-EXTERNAL-IDs used on the current day, which must not be used again (article Protocol).
    private var externalIDs: Set<String> = []
    /// The Jakarta day of ``externalIDs``, as ``JakartaTime`` counts days.
    private var externalIDDay = 0

    /// The running deliveries by number.
    var deliveries: [Int: Task<Void, Never>] = [:]
    var deliveryCount = 0
    /// The deliveries that `reorder` delays.
    var delayed: [CheckedContinuation<Void, Never>] = []
    /// Whether ``stop()`` was called.
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

    /// The payment with this partnerReferenceNo; nil if there is none.
    func payment(_ reference: Reference) -> SimulatedPayment? { payments[reference] }

    /// Every payment, oldest first.
    var allPayments: [SimulatedPayment] { order.compactMap { payments[$0] } }

    /// Changes a payment; does nothing if it does not exist.
    func update(_ reference: Reference, _ change: (inout SimulatedPayment) -> Void) {
        guard var payment = payments[reference] else { return }
        change(&payment)
        payments[reference] = payment
    }

    /// Draws whether the next payment has the faults, by `faultPercent`.
    func drawsFault() -> Bool {
        Int.random(in: 0..<100, using: &random) < settings.faultPercent
    }

    /// Creates a payment and draws its behaviour.
    ///
    /// - Parameters:
    ///   - externalID: X-EXTERNAL-ID of the generate request.
    ///   - validUntil: the end of its validity, in milliseconds since the epoch.
    /// - Returns: nil if there are ``paymentsMax`` payments.
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
            qrContent: drawn.qr.text(for: intent.amount, referenceNo),
            createdMilliseconds: now(),
            plan: drawn
        )
        payments[intent.partnerReferenceNo] = payment
        order.append(intent.partnerReferenceNo)
        return payment
    }

    /// Records an X-EXTERNAL-ID; returns whether it is used for the first time on this Jakarta day.
    ///
    /// Beyond ten ids for each possible payment, further ids are accepted without being recorded.
    func isNew(externalID: String) -> Bool {
        let day = JakartaTime.day(milliseconds: now())
        if day != externalIDDay {
            externalIDDay = day
            externalIDs = []
        }
        guard externalIDs.count < Self.paymentsMax * 10 else { return true }
        return externalIDs.insert(externalID).inserted
    }
}
