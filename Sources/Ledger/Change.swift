package import Payments

/// One change of what is stored. The set is closed: an engine that applies these, in order, runs
/// every rule of the ledger.
package enum Change: Sendable {
    // MARK: Callbacks

    /// Appends a callback to the journal, with the bytes of its delivery.
    case keepCallback(Shared<KeptCallback>, Delivery)
    /// Counts one more delivery of a kept callback.
    case countRedelivery(KeptCallback.ID, atMilliseconds: Int64)
    /// Replaces what a kept callback leads to: content, payment, outcome, answer, waiting,
    /// sequence.
    case updateCallback(Shared<KeptCallback>)
    /// Notes that a callback was answered 2005600 first under its X-EXTERNAL-ID that day.
    indirect case claimExternalID(ExternalIDKey, ExternalIDOwner)

    // MARK: Payments and the feed

    case createPayment(Shared<Payment>)
    case updatePayment(Shared<Payment>)
    /// Appends to the feed; the sequence number is the head's successor.
    case appendTransition(Transition)

    // MARK: Generating

    /// Records the intent to generate, in place of an earlier attempt.
    indirect case startGeneration(Payment.ID, GenerationRequest, atMilliseconds: Int64)
    indirect case finishGeneration(Payment.ID, GenerationState, GenerationResult)

    // MARK: Inquiries and calls

    /// Starts the payment's inquiry, or replaces it.
    indirect case scheduleInquiry(StatusInquiry)
    case endInquiry(Payment.ID)
    indirect case keepGatewayCall(GatewayCall, Payment.ID?)

    // MARK: Attention list

    /// Opens an entry with its events.
    indirect case openEntry(AttentionEntry)
    /// Replaces an entry's counts and subject, and stores the events at `changed`.
    indirect case updateEntry(AttentionEntry, changed: [Int])
    indirect case closeEntry(AttentionEntry.ID, EntryResolution, atMilliseconds: Int64)

    // MARK: Facts without a transition

    indirect case decideFact(DecidedFact)
    /// Hands the decided facts of one payment to another.
    case moveDecidedFacts(from: Payment.ID, to: Payment.ID)

    // MARK: What is known of the gateway

    indirect case updateKnowledge(GatewayKnowledge)
}

/// What is known of the gateway beside payments.
package struct GatewayKnowledge: Equatable, Sendable {
    /// The order of a callback's references that a payment of our own last proved.
    package var provenOrder: ReferenceOrder?

    /// When a query about a payment of ours was last answered other than "not found", in
    /// milliseconds since the epoch.
    package var knownMilliseconds: Int64?

    package init() {}

    /// For how long an answer shows that the gateway knows payments of ours, in milliseconds.
    package static let validMilliseconds: Int64 = 86_400_000

    /// Whether the gateway has known a payment of ours within a day before `now`.
    package func isKnown(at now: Int64) -> Bool {
        guard let knownMilliseconds else { return false }
        return abs(now - knownMilliseconds) <= Self.validMilliseconds
    }
}
