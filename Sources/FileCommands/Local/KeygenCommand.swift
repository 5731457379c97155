package import Commands
import ReceiverClient

extension Command {
    package static let keygen = Command(
        name: "keygen",
        summary: "Generates an RSA key pair for signing gateway calls.",
        options: [outDirectory],
        exitCodes: [.internalError, .inputOutput],
        example: "keygen --out keys",
        run: keygen
    )

    private static let outDirectory = CommandOption(
        name: "--out",
        value: "DIR",
        summary: "For merchant-private.pem (PKCS#8, mode 0600) and merchant-public.pem.",
        isRequired: true
    )

    @Sendable private static func keygen(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        let directory = arguments.one(outDirectory) ?? "."
        do throws(FileCreationFailure) {
            let fingerprint = try writeFiles(to: directory)
            console.output("Wrote merchant-private.pem and merchant-public.pem to \(directory)\n")
            console.output("SHA-256 of the public key: \(fingerprint)\n")
            return .success
        } catch {
            console.complain("\(programName) keygen: \(error.text)")
            return error.code
        }
    }

    /// Writes both files; returns the fingerprint of the new key.
    private static func writeFiles(to directory: String) throws(FileCreationFailure) -> String {
        let place = NewFilePlace(directory)
        var files = NewFiles(in: place)
        let fingerprint = try files.addKeyPair(
            privateKey: place.path("merchant-private.pem"),
            publicKey: place.path("merchant-public.pem")
        )
        try files.write()
        return fingerprint
    }
}
