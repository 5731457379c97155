package import Commands
package import Configuration
package import HTTPClient
import HTTPCore
import JSON5
import System

/// The address of the internal API, and the token for it.
package struct APIEndpoint: Sendable {
    package let origin: Origin

    /// The prefix of every path, without a trailing slash.
    let basePath: String

    /// Nil if the commands need none.
    let token: TokenFile?

    /// Reads `--url` and `--token-file`, and reads a missing one from the configuration.
    ///
    /// With both options, the configuration need not exist.
    ///
    /// - Parameters:
    ///   - scope: the scope that the token needs; nil if no token is needed.
    ///   - moreScopes: what the token needs besides `scope`.
    package init(
        _ arguments: CommandArguments,
        scope: Configuration.Scope?,
        moreScopes: [Configuration.Scope] = [],
        context: ConfigurationContext
    ) throws(CommandProblem) {
        let named = try Self.named(arguments)
        let token = try Self.token(arguments)
        let request = try arguments.configurationRequest(context: context)
        do throws(ConfigurationProblems) {
            // Read once, and only if an option is missing.
            lazy var configuration = Result { () throws(ConfigurationProblems) in
                try ClientConfiguration(request)
            }
            self.token =
                if let token { token } else {
                    if let scope {
                        try configuration.get().token(for: [scope] + moreScopes)
                    } else {
                        nil
                    }
                }
            origin = if let named { named.origin } else { try configuration.get().origin() }
        } catch {
            throw CommandProblem(error)
        }
        basePath = String((named?.path ?? "").reversed().drop { $0 == "/" }.reversed())
    }

    /// The origin and the path of `--url`; nil without the option.
    private static func named(
        _ arguments: CommandArguments
    ) throws(CommandProblem) -> (origin: Origin, path: String)? {
        guard let text = arguments.one(.url) else { return nil }
        if text.hasPrefix("unix:") { return (try socket(text), "") }
        let url = try url(text)
        return (Origin(url), url.path)
    }

    private static func socket(_ text: String) throws(CommandProblem) -> Origin {
        let address: ListenAddress
        do throws(ListenAddressError) {
            address = try ListenAddress(parsing: text)
        } catch {
            throw CommandProblem(.usage, "--url: \(error)")
        }
        // Mode and group are for the one that creates the socket.
        guard case .unix(let unix) = address, unix.mode == nil, unix.group == nil else {
            let expected = "expected unix: and a path, without options"
            throw CommandProblem(.usage, "--url: \(JSON5Value.literal(text)): \(expected)")
        }
        return Origin(socketPath: unix.path)
    }

    private static func url(_ text: String) throws(CommandProblem) -> HTTPURL {
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

/// The part of the configuration that a client on the same machine needs: address and token.
///
/// Only the section `internal` is read. Other keys may be invalid, and their files unreadable to
/// the user of the shell.
private struct ClientConfiguration {
    private let file: String
    private let internalAPI: Configuration.InternalAPI
    private let problems: [ConfigurationProblem]

    /// Reads the configuration that a command line names, with its overrides.
    init(_ request: ConfigurationRequest) throws(ConfigurationProblems) {
        file = request.file
        let root = try LoadedConfiguration.root(of: file, overrides: request.overrides)
        var context = request.context
        context.readsFiles = false
        let reader = ConfigurationReader(
            file: file,
            overrides: request.overrides,
            context: context
        )
        (internalAPI, _) = ConfigurationSection.read(root, by: reader) { root in
            root.section("internal") { Configuration.InternalAPI($0, limits: .init()) }
        }
        problems = reader.problems
    }

    /// The first address of `internal.listen` that can be reached with plain HTTP: a Unix socket,
    /// or a port over loopback.
    func origin() throws(ConfigurationProblems) -> Origin {
        try refuse { ["", "internal"].contains($0) || $0.hasPrefix("internal.listen") }
        for address in internalAPI.listen {
            if let origin = Self.origin(listeningOn: address) { return origin }
        }
        let list = internalAPI.listen.map(\.description).joined(separator: ", ")
        throw problem(
            "internal.listen",
            "is \(list), expected a Unix socket, or a loopback address with its port; "
                + "give --url URL instead"
        )
    }

    /// The origin for a listener; nil if this process cannot reach it or does not know where it is.
    private static func origin(listeningOn address: ListenAddress) -> Origin? {
        switch address {
        case .unix(let unix): return Origin(socketPath: unix.path)
        case .ip(let address, let port):
            guard port != 0, let host = host(listeningOn: address) else { return nil }
            return Origin(isSecure: false, host: host.description, port: Int(port))
        case .systemd: return nil
        }
    }

    /// The loopback address for a listener on `address`; nil if loopback does not reach it.
    private static func host(listeningOn address: IPAddress) -> IPAddress? {
        if address.isLoopback { return address }
        // A listener on all addresses also listens on loopback.
        guard address.bits == 0 else { return nil }
        return address.family == .v4 ? IPAddress(v4: 0x7F00_0001) : IPAddress(v6: 1)
    }

    /// The first token with all of `scopes`, or `admin`.
    func token(for scopes: [Configuration.Scope]) throws(ConfigurationProblems) -> TokenFile {
        try refuse { ["", "internal", "internal.tokens"].contains($0) }
        let index = internalAPI.tokens.firstIndex {
            $0.scopes.contains(.admin) || scopes.allSatisfy($0.scopes.contains)
        }
        guard let index else {
            throw problem(
                "internal.tokens",
                "has no token with the scope \(scopes.map { "\($0)" }.joined(separator: " and ")) "
                    + "or admin, expected one; "
                    + "give --token-file FILE instead"
            )
        }
        let path = "internal.tokens[\(index)]"
        try refuse(hint: Self.hint) { $0.hasPrefix(path) }
        let settings = internalAPI.tokens[index]
        do throws(Malformed) {
            return try TokenFile(settings.file, name: settings.name, scopes: settings.scopes)
        } catch {
            throw problem("\(path).file", error.text + Self.hint)
        }
    }

    /// The alternative for users who cannot read the configured token.
    private static let hint = "; or give --token-file FILE"

    /// Throws the problems of the keys that are needed.
    ///
    /// - Parameter isNeeded: whether the key with a path is needed.
    private func refuse(
        hint: String = "",
        _ isNeeded: (String) -> Bool
    ) throws(ConfigurationProblems) {
        let found = problems.filter { isNeeded($0.path) }.map {
            ConfigurationProblem(source: $0.source, path: $0.path, text: $0.text + hint)
        }
        if !found.isEmpty { throw ConfigurationProblems(found) }
    }

    private func problem(_ path: String, _ text: String) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(source: file, path: path, text: text)])
    }
}

/// A token with the path of its file.
package struct TokenFile: Sendable {
    let path: String
    let token: Token

    /// Reads the token; an error names the file.
    init(
        _ path: String,
        name: String = "",
        scopes: [Configuration.Scope] = []
    ) throws(Malformed) {
        self.path = path
        let contents: FileContents
        do throws(FileError) {
            contents = try FileContents(reading: path, bytesMax: LoadedKeys.fileBytesMax)
        } catch {
            throw Malformed(
                "\(JSON5Value.literal(path)) cannot be read, \(error); expected a readable file"
            )
        }
        do throws(Malformed) {
            token = try Token(name: name, scopes: scopes, contents: contents.bytes)
        } catch {
            throw Malformed("\(JSON5Value.literal(path)) \(error.text)")
        }
    }
}
