package import Commands
import Configuration
import Crypto

extension Command {
    package static let initialize = Command(
        name: "init",
        summary: "Writes a commented configuration, a key pair and tokens.",
        options: [directory],
        exitCodes: [.internalError, .inputOutput],
        example: "init --dir ./receiver",
        run: initialize
    )

    private static let directory = CommandOption(
        name: "--dir",
        value: "DIR",
        summary: "The directory for the files; none of them may exist.",
        isRequired: true
    )

    @Sendable private static func initialize(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        let directory = arguments.one(directory) ?? "."
        do throws(FileCreationFailure) {
            let fingerprint = try writeFiles(to: directory)
            console.output(summary(directory: directory, fingerprint: fingerprint))
            return .success
        } catch {
            console.complain("\(programName) init: \(error.text)")
            return error.code
        }
    }

    /// Writes all files; returns the fingerprint of the new key.
    private static func writeFiles(to directory: String) throws(FileCreationFailure) -> String {
        var files = NewFiles(directory: directory)
        let fingerprint = try files.addKeyPair()
        files.add("orders.token", try newToken(), mode: 0o600)
        files.add("ops.token", try newToken(), mode: 0o600)
        files.add("config.json5", ConfigurationTemplate.besideFiles.text, mode: 0o644)
        try files.write()
        return fingerprint
    }

    /// A new token: 32 random bytes in hexadecimal, twice the minimum length of a token.
    private static func newToken() throws(FileCreationFailure) -> String {
        do throws(CryptoError) {
            let bytes = try randomBytes(count: 32)
            return Hex.text(bytes.span) + "\n"
        } catch {
            throw FileCreationFailure(text: "cannot make a token: \(error)", code: .internalError)
        }
    }

    private static func summary(directory: String, fingerprint: String) -> String {
        let config = (directory.hasSuffix("/") ? directory : directory + "/") + "config.json5"
        return """
            Wrote to \(directory):
              config.json5          the configuration, with every key explained
              merchant-private.pem  signs gateway calls; keep it secret
              merchant-public.pem   its public key, SHA-256 \(fingerprint)
              orders.token          allows a service to read the feed and generate payments
              ops.token             allows an operator to do everything

            Still missing:
              1. Give merchant-public.pem to Cash In, and save the public key of Cash In for
                 callbacks as cashin-public.pem beside the configuration.
              2. Fill in notify.publicURL, cashIn.clientId and cashIn.merchantId in config.json5.
              3. Register notify.publicURL with Cash In as the notification URL.
              4. Check:         \(programName) check-config --config \(config)
              5. Start:         \(programName) serve --config \(config)

            """
    }
}
