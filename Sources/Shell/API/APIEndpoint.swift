import Commands
import Configuration
import HTTPClient
import HTTPCore

/// The address of the internal API, and the token for it.
struct APIEndpoint: Sendable {
    let origin: Origin

    /// The prefix of every path, without a trailing slash.
    let basePath: String
    let token: TokenFile

    /// Reads `--url` and `--token-file`, and reads a missing one from the configuration.
    ///
    /// With both options, the configuration need not exist.
    init(
        _ arguments: CommandArguments,
        scope: Configuration.Scope,
        context: ConfigurationContext
    ) throws(CommandProblem) {
        let url = try Self.url(arguments)
        let token = try Self.token(arguments)
        let request = try arguments.configurationRequest(context: context)
        do throws(ConfigurationProblems) {
            // Read once, and only if an option is missing.
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
                "--url: \(JSON5Value.literal(text)) uses http to another machine, which would "
                    + "send the token unencrypted; expected https (http is allowed to loopback "
                    + "only)"
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
