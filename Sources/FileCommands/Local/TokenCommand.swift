package import Commands
import Configuration
import JSON5
import ReceiverClient
import System

extension Command {
    package static let newToken = Command(
        name: "token new",
        summary: "Writes a new token for the internal API, and prints its line of internal.tokens.",
        options: [scopes, .config],
        operand: "NAME",
        exitCodes: [.internalError, .inputOutput],
        example: "token new shop --scopes feed,generate",
        run: newToken
    )

    private static let scopes = CommandOption(
        name: "--scopes",
        value: "LIST",
        summary: "The scopes, separated by commas: "
            + Configuration.Scope.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        isRequired: true
    )

    @Sendable private static func newToken(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        do throws(FileCreationFailure) {
            let name = try tokenName(arguments)
            let scopes = try tokenScopes(arguments)
            let configuration = arguments.one(.config) ?? ConfigurationRequest.standardFile
            let place = NewFilePlace(FilePath.directory(of: configuration))
            let file = try fileName(of: name, in: place)
            var files = NewFiles(in: place)
            try files.addToken(place.path(file))
            try files.write()
            console.output(summary(name: name, file: file, scopes: scopes, in: place))
            return .success
        } catch {
            console.complain("\(programName) token new: \(error.text)")
            return error.code
        }
    }

    private static func tokenName(
        _ arguments: CommandArguments
    ) throws(FileCreationFailure) -> String {
        let name = arguments.operand ?? ""
        do throws(Malformed) {
            try Configuration.TokenSettings.checkName(name)
        } catch {
            throw FileCreationFailure(text: "NAME \(error.text)", code: .usage)
        }
        return name
    }

    private static func tokenScopes(
        _ arguments: CommandArguments
    ) throws(FileCreationFailure) -> [Configuration.Scope] {
        let words = (arguments.one(scopes) ?? "").split(
            separator: ",",
            omittingEmptySubsequences: false
        ).map(String.init)
        var found: [Configuration.Scope] = []
        for word in words {
            guard let scope = Configuration.Scope(rawValue: word) else {
                let known = Configuration.Scope.allCases.map(\.rawValue).joined(separator: ", ")
                throw FileCreationFailure(
                    text: "--scopes: \(JSON5Value.literal(word)) is no scope, expected \(known)",
                    code: .usage
                )
            }
            if !found.contains(scope) { found.append(scope) }
        }
        return found
    }

    /// The name of the new file: while a token is exchanged, the old one stays beside it.
    private static func fileName(
        of name: String,
        in place: NewFilePlace
    ) throws(FileCreationFailure) -> String {
        let names = ["\(name).token"] + (2...filesMax).map { "\(name)-\($0).token" }
        if let free = names.first(where: { !FileCreation.exists(place.path($0)) }) { return free }
        throw FileCreationFailure(
            text: "\(filesMax) token files of \(name) exist in \(place.directory); "
                + "remove those that internal.tokens does not name",
            code: .inputOutput
        )
    }

    /// The maximum number of token files with one name.
    private static let filesMax = 99

    private static func summary(
        name: String,
        file: String,
        scopes: [Configuration.Scope],
        in place: NewFilePlace
    ) -> String {
        let list = scopes.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        let isExchange = file != "\(name).token"
        let end =
            isExchange
            ? "Both tokens are valid until the line of the old one is removed and the "
                + "configuration is\nread again. Give the new token to its client before.\n"
            : ""
        return """
            Wrote \(place.path(file))

            Add to internal.tokens:
                  { name: "\(name)", file: "\(file)", scopes: [\(list)] },

            Then check it (\(programName) check-config) and send SIGHUP (systemctl reload \
            \(programName)).

            """ + end
    }
}
