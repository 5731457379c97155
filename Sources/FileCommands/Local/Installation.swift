import Commands
import Configuration
import Crypto
import System

/// Where `init` puts the files: beside the configuration for development, or as the systemd units
/// in `deploy/` expect them.
struct InstallationLayout {
    let place: NewFilePlace
    let template: ConfigurationTemplate

    /// The directory of the database, and the user of the service, which owns it; nil if all files
    /// belong to the user of this process.
    let data: (directory: String, user: SystemUser)?

    /// Whether the units in `deploy/` start the daemon.
    let isSystem: Bool

    /// All files in one directory, which belongs to the user of the daemon.
    static func development(directory: String, data: String?) -> InstallationLayout {
        InstallationLayout(
            place: NewFilePlace(directory),
            template: .besideFiles(database: data.map { database(in: $0) } ?? "receiver.db"),
            data: nil,
            isSystem: false
        )
    }

    /// Configuration and secrets of root, which the service's group can read.
    ///
    /// - Parameter user: nil if this process is not root's, so that all files are its own.
    static func system(directory: String, data: String, user: SystemUser?) -> InstallationLayout {
        InstallationLayout(
            place: NewFilePlace(directory, serviceUser: user),
            template: .systemd(database: database(in: data)),
            data: user.map { (data, $0) },
            isSystem: true
        )
    }

    private static func database(in directory: String) -> String {
        (directory.hasSuffix("/") ? directory : directory + "/") + "receiver.db"
    }

    /// The path of the configuration.
    var configurationFile: String { place.path("config.json5") }
}

/// The files of an installation: those that are missing, which `init` writes, and those that are
/// there already.
struct Installation {
    let layout: InstallationLayout
    private(set) var missing: NewFiles
    /// The paths of the files that stay as they are.
    private(set) var existing: [String] = []
    /// The new file of a public key, with the fingerprint of the key.
    private(set) var newKey: (file: String, fingerprint: String)?

    /// Whether the configuration is missing.
    var isNew: Bool { !existing.contains(layout.configurationFile) }

    /// Determines which files are missing: of those that the configuration names, or without one
    /// of those that the template names.
    init(
        _ layout: InstallationLayout,
        context: ConfigurationContext
    ) throws(FileCreationFailure) {
        self.layout = layout
        missing = NewFiles(in: layout.place)
        let configuration = layout.configurationFile
        if FileCreation.exists(configuration) {
            existing.append(configuration)
            let named = try Self.read(configuration, context)
            if let key = named.privateKeyFile { try addKeyPair(key) }
            for token in named.tokenFiles { try addToken(token) }
        } else {
            missing.add(configuration, layout.template.text, .configuration)
            try addKeyPair(layout.place.path("merchant-private.pem"))
            for name in ["orders.token", "ops.token"] { try addToken(layout.place.path(name)) }
        }
    }

    private static func read(
        _ configuration: String,
        _ context: ConfigurationContext
    ) throws(FileCreationFailure) -> NamedFiles {
        do throws(ConfigurationProblems) {
            return try NamedFiles(in: configuration, context: context)
        } catch {
            throw FileCreationFailure(
                text: error.problems.map(\.description).joined(separator: "\n"),
                code: .configuration
            )
        }
    }

    private mutating func addKeyPair(_ privateKey: String) throws(FileCreationFailure) {
        let publicKey = Self.publicKeyFile(of: privateKey)
        if FileCreation.exists(privateKey) {
            existing.append(privateKey)
            if FileCreation.exists(publicKey) {
                existing.append(publicKey)
            } else {
                try derive(publicKey, from: privateKey)
            }
            return
        }
        guard !FileCreation.exists(publicKey) else {
            throw FileCreationFailure(
                text: "\(publicKey) is there without its private key \(privateKey); "
                    + "restore the private key, or move \(publicKey) away to get a new pair",
                code: .inputOutput
            )
        }
        let fingerprint = try missing.addKeyPair(privateKey: privateKey, publicKey: publicKey)
        newKey = (publicKey, fingerprint)
    }

    /// Adds the public key of a private key that is there.
    private mutating func derive(
        _ publicKey: String,
        from privateKey: String
    ) throws(FileCreationFailure) {
        let problem: String
        do throws(FileError) {
            let bytes = try FileContents(
                reading: privateKey,
                bytesMax: LoadedKeys.fileBytesMax
            ).bytes
            do throws(CryptoError) {
                let key = try RSAPrivateKey(bytes).publicKey
                missing.add(publicKey, try key.pem(), .open)
                newKey = (publicKey, key.fingerprint)
                return
            } catch {
                problem = "\(error)"
            }
        } catch {
            problem = "cannot be read, \(error)"
        }
        throw FileCreationFailure(text: "\(privateKey) \(problem)", code: .inputOutput)
    }

    /// The name of the public key: `merchant-public.pem` for `merchant-private.pem`.
    private static func publicKeyFile(of privateKey: String) -> String {
        let ending = "private.pem"
        guard privateKey.hasSuffix(ending) else { return privateKey + ".public" }
        return privateKey.dropLast(ending.count) + "public.pem"
    }

    private mutating func addToken(_ path: String) throws(FileCreationFailure) {
        if FileCreation.exists(path) {
            existing.append(path)
        } else if !missing.paths.contains(path) {
            try missing.addToken(path)
        }
    }

    /// Writes the missing files, and creates the directory of the database.
    func write() throws(FileCreationFailure) {
        try missing.write()
        guard let (directory, user) = layout.data, !FileCreation.exists(directory) else { return }
        do throws(FileError) {
            try FileCreation.makeDirectories(FilePath.directory(of: directory), mode: 0o755)
            try FileCreation.makeDirectories(directory, mode: 0o700)
            let owner = FileOwnership(userID: user.userID, groupID: user.groupID, mode: 0o700)
            try owner.apply(to: directory)
        } catch {
            throw FileCreationFailure(
                text: "cannot create \(directory): \(error)",
                code: .inputOutput
            )
        }
    }

    /// Whether the group of the service cannot read an existing file.
    func isClosedToService(_ path: String) -> Bool {
        guard let user = layout.data?.user, let owner = try? FileOwnership(of: path) else {
            return false
        }
        if owner.userID == user.userID { return owner.mode & 0o400 == 0 }
        if owner.groupID == user.groupID { return owner.mode & 0o040 == 0 }
        return owner.mode & 0o004 == 0
    }
}
