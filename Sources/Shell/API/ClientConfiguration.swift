import Configuration
import HTTPClient
import System

/// The part of the configuration that a client on the same machine needs: address and token.
///
/// Only the section `internal` is read. Other keys may be invalid, and their files unreadable to
/// the user of the shell.
struct ClientConfiguration {
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

    /// The first address of `internal.listen` that can be reached with plain HTTP over loopback.
    func origin() throws(ConfigurationProblems) -> Origin {
        try refuse { ["", "internal"].contains($0) || $0.hasPrefix("internal.listen") }
        for case .ip(let address, let port) in internalAPI.listen where port != 0 {
            guard let host = Self.host(listeningOn: address) else { continue }
            return Origin(isSecure: false, host: host.description, port: Int(port))
        }
        let list = internalAPI.listen.map(\.description).joined(separator: ", ")
        throw problem(
            "internal.listen",
            "is \(list), expected a loopback address with its port; give --url URL instead"
        )
    }

    /// The loopback address for a listener on `address`; nil if loopback does not reach it.
    private static func host(listeningOn address: IPAddress) -> IPAddress? {
        if address.isLoopback { return address }
        // A listener on all addresses also listens on loopback.
        guard address.bits == 0 else { return nil }
        return address.family == .v4 ? IPAddress(v4: 0x7F00_0001) : IPAddress(v6: 1)
    }

    /// The first token with `scope` or `admin`.
    func token(for scope: Configuration.Scope) throws(ConfigurationProblems) -> TokenFile {
        try refuse { ["", "internal", "internal.tokens"].contains($0) }
        let index = internalAPI.tokens.firstIndex {
            $0.scopes.contains(scope) || $0.scopes.contains(.admin)
        }
        guard let index else {
            throw problem(
                "internal.tokens",
                "has no token with the scope \(scope) or admin, expected one; "
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
struct TokenFile: Sendable {
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
