package import Payments

/// One change of what is stored.
///
/// The set is closed: an engine that applies these, in order, runs every rule of the ledger.
package enum Change: Sendable {
    // MARK: Callbacks

    /// Appends a callback to the journal, with the bytes of its delivery.
    case appendCallback(Shared<StoredCallback>, Delivery)
    /// Counts one more delivery of a stored callback.
    case countRedelivery(CallbackID, atMilliseconds: Int64)
    /// Replaces the mutable columns of a stored callback: content, payment, outcome, answer,
    /// waiting, sequence.
    case updateCallback(Shared<StoredCallback>)
    /// Records that a callback is the first under its X-EXTERNAL-ID that day with the response
    /// 2005600 (article Checks, row 10).
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
    /// Replaces the start of a generation, because the clock was wrong when it was recorded.
    case moveGenerationStart(Payment.ID, toMilliseconds: Int64)

    // MARK: Inquiries and calls

    /// Starts the payment's inquiry, or replaces it.
    indirect case scheduleInquiry(StatusInquiry)
    case endInquiry(Payment.ID)
    indirect case appendGatewayCall(GatewayCall, Payment.ID?)

    // MARK: Attention list

    /// Opens an entry with its events.
    indirect case openEntry(AttentionEntry)
    /// Replaces an entry's counts and subject, and stores the events at the indices `changed`.
    indirect case updateEntry(AttentionEntry, changed: [Int])
    indirect case closeEntry(AttentionEntry.ID, EntryResolution, atMilliseconds: Int64)

    // MARK: Facts without a transition

    indirect case decideFact(DecidedFact)
    /// Moves the decided facts of one payment to another.
    case moveDecidedFacts(from: Payment.ID, to: Payment.ID)

    // MARK: What is known of the gateway

    indirect case updateKnowledge(GatewayKnowledge)
}

/// What is known of the gateway besides payments.
package struct GatewayKnowledge: Equatable, Sendable {
    /// The order of references in the last callback that matched a corroborated payment generated
    /// here; nil while there was none.
    ///
    /// It is the best guess for callbacks of unknown payments.
    package var corroboratedOrder: ReferenceOrder?

    /// When a query last found a payment of this merchant, in milliseconds since the epoch; exact
    /// to ten minutes, because more frequent writes would not change a decision.
    package var knownMilliseconds: Int64?

    package init() {}

    /// How long such a response counts, in milliseconds: 24 h.
    package static let validMilliseconds: Int64 = 86_400_000

    /// Whether a query found a payment of this merchant within 24 h of `now`.
    ///
    /// Only then does "not found" say that a payment does not exist. Otherwise the merchantId or
    /// the base URL may be wrong, and every payment would be reported as not found.
    package func isKnown(at now: Int64) -> Bool {
        guard let knownMilliseconds else { return false }
        return abs(now - knownMilliseconds) <= Self.validMilliseconds
    }
}
