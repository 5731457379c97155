import Commands
import Configuration
import Crypto
import System

/// The reason why files could not be created.
struct FileCreationFailure: Error {
    let text: String
    let code: ExitCode
}

/// The directory of new files, and who may access them.
///
/// A directory of root with a group other than root's is that of a service: the group may read the
/// secrets in it, and root alone may change them. In any other directory only the owner can read
/// them. Root creates files for the owner of the directory.
struct NewFilePlace {
    /// Ends with a slash.
    let directory: String

    /// For a directory that is to be created; nil: it has mode 0700 and the user of this process.
    let ownership: FileOwnership?

    /// - Parameter serviceUser: the user of the service that reads the files, if they are not its
    ///   own.
    init(_ directory: String, serviceUser: SystemUser? = nil) {
        self.directory = directory.hasSuffix("/") ? directory : directory + "/"
        ownership = serviceUser.map { user in
            FileOwnership(userID: 0, groupID: user.groupID, mode: 0o750)
        }
    }

    /// The path of a file in the directory.
    func path(_ name: String) -> String { directory + name }

    /// The name of a file in messages: relative to the directory, if it is in it.
    func name(of path: String) -> String {
        path.hasPrefix(directory) ? String(path.dropFirst(directory.count)) : path
    }

    /// Creates the directory and its missing parents; in the directory of a service, for it too.
    func create() throws(FileError) {
        guard !FileCreation.exists(directory) else { return }
        let parent = FilePath.directory(of: String(directory.dropLast()))
        guard let ownership = ownership ?? Self.ownershipOfService(parent) else {
            return try FileCreation.makeDirectories(directory, mode: 0o700)
        }
        try FileCreation.makeDirectories(parent, mode: 0o755)
        try FileCreation.makeDirectories(directory, mode: 0o750)
        try ownership.apply(to: directory)
    }

    /// The ownership of a directory of a service, for a directory in it; nil if it is none, or if
    /// this process cannot give files away.
    private static func ownershipOfService(_ directory: String) -> FileOwnership? {
        guard SystemUser.isRoot, let present = try? FileOwnership(of: directory),
            present.isOfService
        else { return nil }
        return FileOwnership(userID: 0, groupID: present.groupID, mode: 0o750)
    }

    /// The mode of a new secret at `path`.
    static func secretMode(at path: String) throws(FileError) -> UInt32 {
        let directory = try FileOwnership(of: FilePath.directory(of: path))
        return directory.isOfService ? 0o640 : 0o600
    }
}

extension FileOwnership {
    /// Whether a directory with it is that of a service; see ``NewFilePlace``.
    fileprivate var isOfService: Bool { userID == 0 && groupID != 0 }
}

/// The files that one command creates: none of them may exist, and all or none are written.
struct NewFiles {
    /// Who may read a file.
    enum Access {
        /// All users who can enter the directory.
        case open
        /// See ``NewFilePlace``.
        case secret
        /// As secret in the directory of a service, because it may contain URLs with secrets.
        case configuration
    }

    private let place: NewFilePlace
    private var files: [(path: String, contents: String, access: Access)] = []

    init(in place: NewFilePlace) { self.place = place }

    var paths: [String] { files.map(\.path) }

    mutating func add(_ path: String, _ contents: String, _ access: Access) {
        files.append((path, contents, access))
    }

    /// Adds a new key pair of the merchant; returns the fingerprint of the public key.
    mutating func addKeyPair(
        privateKey: String,
        publicKey: String
    ) throws(FileCreationFailure) -> String {
        do throws(CryptoError) {
            let key = try RSAPrivateKey.generate()
            add(privateKey, try key.pem(), .secret)
            add(publicKey, try key.publicKey.pem(), .open)
            return key.publicKey.fingerprint
        } catch {
            throw FileCreationFailure(
                text: "cannot make a key pair: \(error)",
                code: .internalError
            )
        }
    }

    /// Adds a new token: 32 random bytes in hexadecimal, twice the minimum length of a token.
    mutating func addToken(_ path: String) throws(FileCreationFailure) {
        do throws(CryptoError) {
            let bytes = try randomBytes(count: Token.characterCountMin)
            add(path, Hex.text(bytes.span) + "\n", .secret)
        } catch {
            throw FileCreationFailure(text: "cannot make a token: \(error)", code: .internalError)
        }
    }

    /// Writes all files, and creates the directory if it is missing.
    ///
    /// If a write fails, the files written before it are removed.
    func write() throws(FileCreationFailure) {
        let existing = files.map(\.path).filter(FileCreation.exists)
        guard existing.isEmpty else {
            throw FileCreationFailure(
                text: existing.joined(separator: ", ") + ": already there, nothing was written",
                code: .inputOutput
            )
        }
        var written: [String] = []
        do throws(FileError) {
            try place.create()
            for file in files {
                try FileCreation.write(
                    Array(file.contents.utf8),
                    to: file.path,
                    mode: Self.mode(of: file.access, at: file.path),
                    owner: FileOwnership.ofNewFile(beside: file.path)
                )
                written.append(file.path)
            }
        } catch {
            let path = written.count < files.count ? files[written.count].path : place.directory
            remove(written)
            throw FileCreationFailure(text: "cannot write \(path): \(error)", code: .inputOutput)
        }
    }

    private static func mode(of access: Access, at path: String) throws(FileError) -> UInt32 {
        if access == .open { return 0o644 }
        let secret = try NewFilePlace.secretMode(at: path)
        return access == .configuration && secret == 0o600 ? 0o644 : secret
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
