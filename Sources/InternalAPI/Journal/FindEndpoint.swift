import APIModel
import Evidence
import HTTPCore
import RecordSearch
import Search
import Store
import System
import Text

/// `GET /v1/find`: what became of a payment that a customer speaks of.
enum FindEndpoint {
    /// What fits an amount and a time, or a text, best first.
    static func find(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let criteria = try criteria(request, nowMilliseconds: SystemClock.realtimeMilliseconds())
        let limit = Int(try request.integer("limit", in: APILimits.foundRange) ?? 20)
        let search = PaymentSearch(criteria, in: services.store.reader) { record in
            await services.diagnosis.signatureProblem(of: record)
        }
        let (results, done) = try await reading { () async throws(StoreError) in
            var search = search
            return (try await search.results(limit: limit), search)
        }
        return JSON.response(
            FindRepresentation(
                results,
                criteria,
                isCutOff: done.isCutOff,
                more: done.isCutOff || done.isIncomplete
            )
        )
    }

    private static func criteria(
        _ request: APIRequest,
        nowMilliseconds now: Int64
    ) throws(Problem) -> SearchCriteria {
        let seconds = try request.integer("withinSeconds", in: APILimits.findSecondsRange)
        var at = now
        if let text = request.text("at") {
            guard let time = JakartaTime.last(text, before: now) ?? JakartaTime.milliseconds(text)
            else {
                throw Problem(
                    .invalidParameter,
                    "at must be \(JakartaTime.forms), or a time of the day such as 14:05.",
                    field: "at"
                )
            }
            at = time
        }
        let text = request.text("text")
        if let text, !APILimits.findTextRange.contains(text.utf8.count) {
            throw Problem(
                .invalidParameter,
                "text must have \(APILimits.findTextRange.lowerBound) to "
                    + "\(APILimits.findTextRange.upperBound) bytes.",
                field: "text"
            )
        }
        return SearchCriteria(
            amount: try request.amount("amount"),
            atMilliseconds: at,
            withinMilliseconds: (seconds ?? APILimits.findSecondsDefault) * 1_000,
            text: text
        )
    }
}

extension JakartaTime {
    /// The last time before `now` at which the clocks in Jakarta showed `HH:mm` or `HH:mm:ss`; nil
    /// if the text is none.
    fileprivate static func last(_ text: String, before now: Int64) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.utf8.count == 2 ? Int64(digits: $0.utf8) : nil }
        guard parts.count == numbers.count, (2...3).contains(numbers.count), numbers[0] < 24,
            numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        let seconds = numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
        let midnight = Int64(day(milliseconds: now)) * 86_400_000 - offsetMilliseconds
        let today = midnight + seconds * 1_000
        return today > now ? today - 86_400_000 : today
    }
}
