import APIModel
import Evidence
import HTTPCore
import Outbound
import Payments
import Queues
import RecordSearch
import Reports
import Search
import Store
import System

/// `POST /v1/compare`: the gateway's report against the payments recorded here.
enum CompareEndpoint {
    /// Reads the report and compares it, in turn with other comparisons; then queries and explains
    /// the listed differences.
    static func compare(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let wanted = try CompareRequest(request)
        if wanted.queries, services.outbound.gateway.access == nil { throw .receiveOnly }
        let reader = services.store.reader
        let compared = try await services.comparisons.inTurn { () async throws(Problem) in
            try await Self.compared(wanted, request.body, reader)
        }
        guard let compared else { throw .disconnected }
        var differences = ListedDifferences(compared.result, services)
        if wanted.queries { await differences.query() }
        let explained = differences
        // The queries do not hold up other comparisons.
        let response = try await services.comparisons.inTurn { () async throws(Problem) in
            JSON.response(
                ComparisonRepresentation(
                    compared.report,
                    compared.result,
                    period: compared.period,
                    entries: try await explained.entries(),
                    queries: explained.queries
                )
            )
        }
        guard let response else { throw .disconnected }
        return response
    }

    private struct Compared: Sendable {
        let report: Report
        let result: ReportComparison.Result

        /// The period of the receiver's side.
        let period: ReportPeriod?
    }

    private static func compared(
        _ wanted: CompareRequest,
        _ csv: [UInt8],
        _ reader: any StorageReader
    ) async throws(Problem) -> Compared {
        var report: Report
        do throws(ReportProblem) {
            report = try Report(csv: csv, wanted.reading, period: wanted.period)
        } catch {
            throw Problem(error)
        }
        let period = wanted.period ?? report.days
        var comparison = ReportComparison(report, entriesMax: wanted.limit)
        // The comparison has its own.
        report.payments = []
        try await RecordedSide(reader).add(to: &comparison, period: period)
        return Compared(report: report, result: comparison.result, period: period)
    }
}

/// The differences that a response lists, with what queries and the store say about them.
private struct ListedDifferences: Sendable {
    private let result: ReportComparison.Result
    private let services: APIServices

    /// What queries have reported, by partnerReferenceNo.
    private var reports: [String: Result<GatewayQueryRepresentation, Problem>] = [:]

    /// How many payments were queried, and how many were not; nil without queries.
    private(set) var queries: (sent: Int, left: Int)?

    init(_ result: ReportComparison.Result, _ services: APIServices) {
        self.result = result
        self.services = services
    }

    /// Queries the gateway about payments of the report that are not paid here, one after the
    /// other, until the gateway does not respond or the time is over.
    mutating func query() async {
        let wanted = [ReportDifference.Kind.onlyThere, .notPaidHere].flatMap { result[$0].entries }
        let total = result[.onlyThere].count + result[.notPaidHere].count
        let end =
            SystemClock.monotonicNanoseconds()
            + UInt64(APILimits.comparisonQueriesSeconds) * 1_000_000_000
        for difference in wanted.prefix(APILimits.comparisonQueriesMax) {
            guard !Task.isCancelled, SystemClock.monotonicNanoseconds() < end else { break }
            guard let reference = Reference(difference.reference) else { continue }
            do throws(Problem) {
                let (gateway, _) = try await QueryEndpoint.query(reference, services)
                reports[reference.text] = .success(gateway)
            } catch {
                reports[reference.text] = .failure(error)
                // The others would fail as well, each after its timeout.
                if [.gatewayUnreachable, .gatewayTimeout].contains(error.kind) { break }
            }
        }
        queries = (reports.count, total - reports.count)
    }

    /// Whether a query has reported that the payment is paid.
    private func isReportedAsPaid(_ reference: String) -> Bool {
        guard case .success(let report)? = reports[reference] else { return false }
        return report.latestTransactionStatus == LatestTransactionStatus.success.code
    }

    /// The listed differences with their explanations.
    func entries() async throws(Problem) -> [ReportDifference.Kind: [ComparisonEntry]] {
        let listed = ReportDifference.Kind.allCases.flatMap { result[$0].entries }
        let references = Set(listed.map(\.reference))
        let explanations = try await reading { () async throws(StoreError) in
            try await PaymentExplanations(of: references, in: services.store.reader) { record in
                await services.diagnosis.signatureProblem(of: record)
            }
        }
        let now = SystemClock.realtimeMilliseconds()
        var entries: [ReportDifference.Kind: [ComparisonEntry]] = [:]
        for difference in listed {
            if Task.isCancelled { throw .disconnected }
            let isPaid = isReportedAsPaid(difference.reference)
            let explanation = try await reading { () async throws(StoreError) in
                try await explanations.explanation(
                    of: difference.reference,
                    at: difference.milliseconds ?? now,
                    includesRejected: !isPaid
                )
            }
            entries[difference.kind, default: []].append(
                ComparisonEntry(
                    difference,
                    explanation,
                    gateway: reports[difference.reference],
                    nowMilliseconds: now
                )
            )
        }
        return entries
    }
}

private typealias ComparisonEntry = ComparisonRepresentation.Entry

extension ReportDifference {
    /// The merchant's reference of the payment, or else that of the report.
    fileprivate var reference: String {
        recorded?.partnerReferenceNo ?? reported.first?.reference.text ?? ""
    }
}
