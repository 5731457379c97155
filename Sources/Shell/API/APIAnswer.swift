import Commands
import HTTPClient
import HTTPCore
import Snap
import Text

/// What the internal API answered, or whatever answered in its place.
struct APIAnswer {
    private let status: Status
    private let body: [UInt8]
    private let endpoint: APIEndpoint

    init(_ response: InboundResponse, from endpoint: APIEndpoint) {
        status = response.status
        body = response.body
        self.endpoint = endpoint
    }

    /// The JSON object of an answer that is a success; throws what was wrong with the request.
    func document() throws(CommandProblem) -> JSONDocument {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body)
        } catch {
            throw foreign("not in JSON")
        }
        guard (200...299).contains(status.code) else { throw problem(document.root) }
        guard document.root.kind == .object else { throw foreign("not a JSON object") }
        return document
    }

    /// Reads problem details (RFC 9457): `TITLE: DETAIL (field F; gateway CODE MESSAGE)`.
    private func problem(_ details: JSONValue) -> CommandProblem {
        guard let type = details["type"]?.string, type.hasPrefix("urn:cashin-receiver:problem:"),
            let title = details["title"]?.string
        else { return foreign("no problem of ours") }
        var text = title
        if let detail = details["detail"]?.string { text += ": \(detail)" }
        var notes: [String] = []
        if let field = details["field"]?.string { notes.append("field \(field)") }
        if let code = details["responseCode"]?.string {
            let words = ["gateway", code, details["responseMessage"]?.string]
            notes.append(words.compactMap(\.self).joined(separator: " "))
        }
        if isAboutToken { notes.append("the token is the one in \(endpoint.token.path)") }
        if !notes.isEmpty { text += " (\(notes.joined(separator: "; ")))" }
        var problem = CommandProblem(code, text)
        problem.isPassing = details["retryable"]?.bool ?? false
        return problem
    }

    /// The problem of an answer that the internal API does not give.
    private func foreign(_ what: String) -> CommandProblem {
        var problem = CommandProblem(
            .unavailable,
            "\(endpoint.origin) answered \(status.code) \(status.reasonPhrase), \(what); "
                + "expected the internal API of cashin-receiver"
        )
        // A proxy whose daemon is away speaks so.
        problem.isPassing = code == .unavailable
        return problem
    }

    private var isAboutToken: Bool { [401, 403].contains(status.code) }

    /// What the status means to the shell.
    private var code: ExitCode {
        switch status.code {
        case 401, 403: .configuration
        case 408, 429, 502, 503, 504: .unavailable
        case 400...499: .badData
        default: .internalError
        }
    }
}
