import Commands
import Configuration
import HTTPClient
import HTTPCore

/// Where the internal API is, and with which token it is asked.
struct APIEndpoint: Sendable {
    let origin: Origin

    /// Stands before every path; without a slash at its end.
    let basePath: String
    let token: TokenFile

    /// Reads `--url` and `--token-file`, and what is missing of them from the configuration, which
    /// need not be there when nothing is.
    init(
        _ arguments: CommandArguments,
        scope: Configuration.Scope,
        context: ConfigurationContext
    ) throws(CommandProblem) {
        let url = try Self.url(arguments)
        let token = try Self.token(arguments)
        let request = try arguments.configurationRequest(context: context)
        do throws(ConfigurationProblems) {
            // Read once, and only if something is missing.
            lazy var configuration = Result { () throws(ConfigurationProblems) in
                try ClientConfiguration(request)
            }
            self.token = if let token { token } else { try configuration.get().token(for: scope) }
            origin = if let url { Origin(url) } else { try configuration.get().origin() }
        } catch {
            throw CommandProblem(error)
        }
        basePath = String((url?.path ?? "").reversed().drop { $0 == "/" }.reversed())
    }

    private static func url(_ arguments: CommandArguments) throws(CommandProblem) -> HTTPURL? {
        guard let text = arguments.one(.url) else { return nil }
        let url: HTTPURL
        do throws(MalformedURL) {
            url = try HTTPURL(text)
        } catch {
            throw CommandProblem(.usage, "--url: \(JSON5Value.literal(text)) \(error.text)")
        }
        guard url.isPrivate else {
            throw CommandProblem(
                .usage,
                "--url: \(JSON5Value.literal(text)) is http to another machine, which would show "
                    + "the token to everyone on the way; expected https (http to loopback only)"
            )
        }
        return url
    }

    private static func token(_ arguments: CommandArguments) throws(CommandProblem) -> TokenFile? {
        guard let file = arguments.one(.tokenFile) else { return nil }
        do throws(Malformed) {
            return try TokenFile(file)
        } catch {
            throw CommandProblem(.configuration, "--token-file: \(error.text)")
        }
    }
}

extension Origin {
    init(_ url: HTTPURL) {
        self.init(isSecure: url.isSecure, host: url.host, port: url.port)
    }
}
