package import Payments
package import SQLite

/// What became of the wish to generate.
package enum GenerationStart: Equatable, Sendable {
    /// Why a reference cannot be generated.
    package enum Refusal: Equatable, Sendable {
        /// It was generated with another amount, fee or validity.
        case otherContent
        /// Its transaction was first heard of in a callback or a query.
        case heardOfOtherwise
        /// The gateway has it, but there is no code to show.
        case codeLost
        /// It is new, and its validity is over before it begins.
        case validityOver
    }

    /// The intent is on disk: the gateway may be called.
    case begun
    /// The same was generated before.
    case stored
    /// The gateway may have it from an earlier call: it has to be asked first.
    case unknown
    case refused(Refusal)
}

/// What a call to generate has come to, for the store.
package enum GenerationResult: Equatable, Sendable {
    case accepted(referenceNo: Reference, qrContent: String)
    case codeRefused(referenceNo: Reference, problem: String)
    case notAccepted(String)
    case unknown(String)
}

/// What became of the wish to resolve an entry of the attention list.
package enum AttentionResolution: Equatable, Sendable {
    /// It is closed, with a transition where the accepted status did not stand already.
    case resolved(sequence: Int64?)
    case unknown
    case alreadyResolved
    /// The status table has no way from the current status to the accepted one.
    case notAllowed(from: TransactionStatus?)
    /// It is about no payment whose status could be accepted.
    case nothingToAccept
}

extension Store {
    /// Puts the intent to generate on disk, unless the reference is in use.
    ///
    /// - Parameter isConfirmedUnknown: the gateway has just said that it does not know the
    ///   reference.
    package func begin(
        _ request: GenerationRequest,
        isConfirmedUnknown: Bool = false
    ) async throws(SQLiteError) -> GenerationStart {
        let now = now()
        return try await commit { (bookkeeper, policy) throws(SQLiteError) in
            try bookkeeper.begin(
                request,
                isConfirmedUnknown: isConfirmedUnknown,
                policy,
                atMilliseconds: now
            )
        }
    }

    /// Puts on disk what the call has come to, with everything that waited for it.
    package func end(
        _ partnerReferenceNo: Reference,
        _ result: GenerationResult,
        _ exchange: ExchangeRecord?
    ) async throws(SQLiteError) {
        let now = now()
        try await commit { (bookkeeper, policy) throws(SQLiteError) in
            try bookkeeper.end(
                partnerReferenceNo,
                result,
                exchange,
                policy,
                atMilliseconds: now
            )
        }
    }

    /// Puts on disk what the gateway answered to an inquiry, and what follows from it.
    package func settle(
        _ inquiry: Inquiry,
        _ outcome: InquiryOutcome,
        _ exchanges: [ExchangeRecord]
    ) async throws(SQLiteError) -> InquirySettlement {
        let now = now()
        return try await commit { (bookkeeper, policy) throws(SQLiteError) in
            try bookkeeper.settle(inquiry, outcome, exchanges, policy, atMilliseconds: now)
        }
    }

    /// Closes an entry of the attention list and writes the status that is accepted, if one.
    ///
    /// - Parameter name: whose word it is.
    package func resolve(
        _ id: Int64,
        note: String,
        accept: LatestTransactionStatus?,
        by name: String
    ) async throws(SQLiteError) -> AttentionResolution {
        let now = now()
        return try await commit { (bookkeeper, policy) throws(SQLiteError) in
            try bookkeeper.resolve(
                id,
                note: note,
                accept: accept,
                by: name,
                policy,
                atMilliseconds: now
            )
        }
    }

    /// Calls that were under way when the program ended last are asked about.
    func recoverGenerations() async throws(SQLiteError) {
        let now = now()
        _ = try await commit { (bookkeeper, policy) throws(SQLiteError) in
            try bookkeeper.recoverGenerations(policy, atMilliseconds: now)
        }
    }

    /// Opens an attention entry about the gateway itself, or counts it.
    package func raise(_ kind: AttentionKind, detail: String) async throws(SQLiteError) {
        let now = now()
        try await commit { (bookkeeper, _) throws(SQLiteError) in
            try bookkeeper.attention.raise(
                kind,
                about: .gateway,
                detail: detail,
                atMilliseconds: now
            )
        }
    }

    /// Closes an attention entry about the gateway itself.
    package func close(_ kind: AttentionKind, note: String) async throws(SQLiteError) {
        let now = now()
        try await commit { (bookkeeper, _) throws(SQLiteError) in
            try bookkeeper.attention.close(kind, of: .gateway, note: note, atMilliseconds: now)
        }
    }
}

extension AttentionTable.Subject {
    /// The gateway itself: no payment, no callback.
    fileprivate static let gateway = AttentionTable.Subject(
        transactionID: nil,
        callbackID: nil,
        partnerReferenceNo: nil
    )
}
