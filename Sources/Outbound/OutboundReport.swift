package import Alarms
import CashIn
package import Ledger
package import Logging
package import Metrics
import Payments
import Snap

/// Reports queries and generate calls: one log line and the metrics of each, and what they show
/// about the clocks.
///
/// Methods may be called from any thread and never block. Failures are logged by their summary,
/// because the excerpt of a response that is not SNAP must not be logged.
package struct OutboundReport: Sendable {
    let log: Log
    let metrics: Metrics

    /// Gets the gateway's time of each response.
    private let clock: ClockSamples

    package init(log: Log, metrics: Metrics, clock: ClockSamples) {
        self.log = log
        self.metrics = metrics
        self.clock = clock
    }

    /// Compares the clocks by a response of the gateway.
    private func compareClocks(_ call: GatewayCall) {
        guard let head = call.responseHead, let theirs = GatewayDate.milliseconds(inHead: head)
        else { return }
        clock.add(theirs: theirs, ours: call.finishedMilliseconds)
    }

    /// Reports an attempt at an inquiry as one query, however many calls it took; its duration is
    /// that from the start of the first call to the end of the last.
    ///
    /// An attempt without a response is a line of level debug, because a gateway that is down must
    /// not fill the log; ``GatewayNewsReport`` logs the outage.
    package func query(_ inquiry: Inquiry, _ attempt: QueryAttempt) {
        let started = attempt.calls.first?.startedMilliseconds ?? 0
        let finished = attempt.calls.last?.finishedMilliseconds ?? started
        let write = { (line: inout LogLine) in
            line.add("partnerReferenceNo", inquiry.partnerReferenceNo.text)
            if let code = attempt.outcome.responseCode { line.add("code", code) }
            switch attempt.query {
            case .found(let response):
                line.add("latestTransactionStatus", response.status.code)
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
        for call in attempt.calls { compareClocks(call) }
        metrics.queryCalls.add(attempt.outcome.word)
        metrics.queryDuration.add(nanoseconds: UInt64(clamping: finished - started) * 1_000_000)
    }

    /// Reports a generate call. A call without a payable code is a warning: a client waits for it.
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
        compareClocks(call)
        metrics.generateCalls.add(result.word)
        let milliseconds = call.finishedMilliseconds - call.startedMilliseconds
        metrics.generateDuration.add(nanoseconds: UInt64(clamping: milliseconds) * 1_000_000)
    }
}

extension QueryResult {
    /// The value of the label `outcome` in the metrics.
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
    /// The value of the label `outcome` in the metrics.
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .codeRefused: "qr_refused"
        case .notAccepted: "not_accepted"
        case .unknown: "unknown"
        }
    }
}
