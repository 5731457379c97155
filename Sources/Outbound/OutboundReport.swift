import CashIn
package import Ledger
package import Logging
package import Metrics
import Payments
import Snap

/// Tells of calls of the gateway: in the log, and in the metrics.
package struct OutboundReport: Sendable {
    let log: Log
    let metrics: Metrics

    package init(log: Log, metrics: Metrics) {
        self.log = log
        self.metrics = metrics
    }

    /// One line for an attempt at an inquiry. Failed ones are counted and reported together: a
    /// gateway that is down must not fill the log.
    package func query(_ inquiry: Inquiry, _ attempt: QueryAttempt) {
        let started = attempt.calls.first?.startedMilliseconds ?? 0
        let finished = attempt.calls.last?.finishedMilliseconds ?? started
        let write = { (line: inout LogLine) in
            line.add("partnerReferenceNo", inquiry.partnerReferenceNo.text)
            if let code = attempt.outcome.responseCode { line.add("code", code) }
            switch attempt.query {
            case .found(let answer): line.add("latestTransactionStatus", answer.status.code)
            case .notFound: line.add("outcome", "not found")
            case .unauthorized(let failure), .refused(let failure), .unreadable(let failure),
                .unavailable(let failure):
                line.add("error", failure.summary)
            }
            line.add("ms", Int(finished - started))
        }
        if attempt.outcome == .unavailable {
            log.debug("query", write)
        } else {
            log.info("query", write)
        }
        metrics.queryCalls.add(attempt.outcome.word)
        metrics.queryDuration.add(nanoseconds: UInt64(clamping: finished - started) * 1_000_000)
    }

    /// One line for a call to generate.
    func generate(
        _ partnerReferenceNo: Reference,
        _ result: GenerationResult,
        _ call: GatewayCall
    ) {
        let write = { (line: inout LogLine) in
            line.add("partnerReferenceNo", partnerReferenceNo.text)
            switch result {
            case .accepted(let reference, _, let warnings):
                line.add("referenceNo", reference.text)
                if !warnings.isEmpty { line.add("odd", warnings.joined(separator: "; ")) }
            case .codeRefused(let reference, let problem):
                line.add("referenceNo", reference.text)
                line.add("error", describing: problem)
            case .notAccepted(let failure), .unknown(let failure):
                line.add("error", failure.summary)
            }
            line.add("ms", Int(call.finishedMilliseconds - call.startedMilliseconds))
        }
        if case .accepted = result {
            log.info("generate", write)
        } else {
            log.warning("generate", write)
        }
        metrics.generateCalls.add(result.word)
        let milliseconds = call.finishedMilliseconds - call.startedMilliseconds
        metrics.generateDuration.add(nanoseconds: UInt64(clamping: milliseconds) * 1_000_000)
    }
}

extension QueryResult {
    /// The word in the metrics.
    fileprivate var word: String {
        switch self {
        case .found: "found"
        case .notFound: "not_found"
        case .unavailable: "unavailable"
        case .refused: "refused"
        case .unauthorized: "unauthorized"
        case .unreadable: "unreadable"
        }
    }
}

extension GenerationResult {
    /// The word in the metrics.
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .codeRefused: "qr_refused"
        case .notAccepted: "not_accepted"
        case .unknown: "unknown"
        }
    }
}
