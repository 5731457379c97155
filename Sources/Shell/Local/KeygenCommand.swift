package import Commands
import Crypto
import System

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
        var files = NewFiles(directory: directory)
        let fingerprint = try files.addKeyPair()
        try files.write()
        return fingerprint
    }
}

/// The reason why files could not be created.
struct FileCreationFailure: Error {
    let text: String
    let code: ExitCode
}

/// The files that one command creates: none of them may exist, and all or none are written.
struct NewFiles {
    private let directory: String
    private var files: [(name: String, contents: String, mode: UInt32)] = []

    init(directory: String) {
        self.directory = directory.hasSuffix("/") ? directory : directory + "/"
    }

    mutating func add(_ name: String, _ contents: String, mode: UInt32) {
        files.append((name, contents, mode))
    }

    /// Adds a new key pair of the merchant; returns the fingerprint of the public key.
    mutating func addKeyPair() throws(FileCreationFailure) -> String {
        do throws(CryptoError) {
            let key = try RSAPrivateKey.generate()
            add("merchant-private.pem", try key.pem(), mode: 0o600)
            add("merchant-public.pem", try key.publicKey.pem(), mode: 0o644)
            return key.publicKey.fingerprint
        } catch {
            throw FileCreationFailure(
                text: "cannot make a key pair: \(error)",
                code: .internalError
            )
        }
    }

    /// Writes all files, and creates the directory (mode 0700) if it is missing.
    ///
    /// If a write fails, the files written before it are removed.
    func write() throws(FileCreationFailure) {
        let existing = files.map { directory + $0.name }.filter(FileCreation.exists)
        guard existing.isEmpty else {
            throw FileCreationFailure(
                text: existing.joined(separator: ", ") + ": already there, nothing was written",
                code: .inputOutput
            )
        }
        var written: [String] = []
        do throws(FileError) {
            try FileCreation.makeDirectories(directory, mode: 0o700)
            for file in files {
                let path = directory + file.name
                try FileCreation.write(Array(file.contents.utf8), to: path, mode: file.mode)
                written.append(path)
            }
        } catch {
            let path = directory + (written.count < files.count ? files[written.count].name : "")
            remove(written)
            throw FileCreationFailure(text: "cannot write \(path): \(error)", code: .inputOutput)
        }
    }

    private func remove(_ paths: [String]) {
        for path in paths {
            do throws(FileError) {
                try FileCreation.remove(path)
            } catch {
                // The first failure is reported; this one leaves a file behind.
                continue
            }
        }
    }
}
