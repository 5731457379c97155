import APIModel
import Exports
import HTTPCore
import Store

/// `GET /v1/export`: payments or transitions of a period as CSV.
enum ExportEndpoint {
    /// Reads the first page, and returns a stream of all pages.
    ///
    /// If the database cannot be read later, the stream breaks off, so that the client sees an
    /// incomplete body.
    static func stream(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> EndpointResponse {
        let subject = try request.exportSubject()
        if subject == .transitions, request.text("by") != nil {
            throw Problem(
                .invalidParameter,
                "by selects payments; transitions are selected by the time of their record.",
                field: "by"
            )
        }
        let filter = try request.bookkeepingPeriod()
        let (first, rest) = try await reading { () async throws(StoreError) in
            var pages = try await ExportPages(of: subject, filter, from: services.store.reader)
            let first = try await pages.next()
            return (first ?? [], pages)
        }
        var head = Response(.ok, body: first)
        head.add("Content-Type", CSVText.mediaType)
        head.add("Content-Disposition", "attachment; filename=\"\(subject.rawValue).csv\"")
        head.add("Cache-Control", "no-store")
        return .stream(head: head) { write in await send(rest, write) }
    }

    /// Writes the pages; returns whether all were written.
    private static func send(_ pages: ExportPages, _ write: EndpointResponse.Write) async -> Bool {
        var pages = pages
        do throws(StoreError) {
            while let text = try await pages.next() {
                if Task.isCancelled { return false }
                if text.isEmpty { continue }
                guard await write(text) else { return false }
            }
            return true
        } catch {
            return false
        }
    }
}

extension APIRequest {
    /// The parameter `what`; payments if it is absent.
    fileprivate func exportSubject() throws(Problem) -> ExportSubject {
        guard let word = text("what") else { return .payments }
        guard let subject = ExportSubject(rawValue: word) else {
            throw Self.notOneOf("what", ExportSubject.allCases.map(\.rawValue))
        }
        return subject
    }
}
