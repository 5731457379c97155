import JSON5

extension Configuration {
    /// The section `storage`: the database, and how much is kept in it.
    package struct Storage: Sendable, Equatable {
        package var database: Database
        /// Whether a missing database, or the tables of an empty one, are created.
        package var isCreated: Bool
        /// The maximum number of rejected requests with the client id or a well-formed signature;
        /// all other rejected requests have a tenth of it.
        package var rejectedKept: Int
        /// The free bytes of the file system below which no rejected request is kept and, if the
        /// database is on it, nothing is generated; 0 for no limit.
        package var minimumFreeBytes: Int
        /// The age in days at which heads and bodies are erased; nil if they are kept.
        package var bodyDays: Int?

        /// Reads the section; nil if the database is invalid.
        package init?(_ section: ConfigurationSection) {
            let database = Database(section)
            isCreated = section.boolean("create", default: true)
            rejectedKept = section.integer("rejectedKept", default: 10_000, in: 0...10_000_000)
            minimumFreeBytes = section.integer(
                "minimumFreeBytes",
                default: 268_435_456,
                in: 0...1_000_000_000_000_000
            )
            bodyDays = section.optionalInteger("bodyDays", default: nil, in: 1...36_500)
            guard let database else { return nil }
            self.database = database
        }
    }

    /// Where the database is: `storage.database` and the keys that belong to it.
    package enum Database: Sendable, Equatable {
        /// The path of a SQLite database; other files are beside it (article Storage).
        case file(String)
        case server(DatabaseServer)

        /// Reads the keys; nil if one is invalid.
        fileprivate init?(_ section: ConfigurationSection) {
            let database = section.database("database", default: "receiver.db")
            let isSingleCopy = section.boolean("singleCopy", default: false)
            let rejectedFile = section.optionalPath("rejectedFile")
            switch database {
            case nil: return nil
            case .server(var server):
                server.isSingleCopy = isSingleCopy
                if let rejectedFile {
                    server.rejectedFile = rejectedFile
                } else {
                    // Recorded as the effective value.
                    section.amend(.string(server.rejectedFile))
                }
                self = .server(server)
            case .file(let path):
                let expected = "is for a database in PostgreSQL, and storage.database is a file"
                if isSingleCopy { section.report("singleCopy", "\(expected); expected false") }
                if rejectedFile != nil {
                    section.report("rejectedFile", "\(expected); expected null")
                }
                self = .file(path)
            }
        }

        /// The path of a SQLite database; nil for a server.
        package var path: String? {
            guard case .file(let path) = self else { return nil }
            return path
        }
    }

    /// A database in PostgreSQL.
    package struct DatabaseServer: Sendable, Equatable {
        /// A connection URI of libpq (PostgreSQL documentation, section 34.1.1.2), without a
        /// password.
        package var uri: String
        /// Whether a commit may be on one disk only.
        package var isSingleCopy = false
        /// The path of the rejected-request store of this receiver.
        package var rejectedFile: String

        /// What a URI of libpq begins with.
        private static let schemes = ["postgresql://", "postgres://"]

        /// Whether a text is a URI of libpq, and not the path of a file.
        package static func isNamed(by text: String) -> Bool {
            schemes.contains(where: text.hasPrefix)
        }

        /// Why a URI of libpq is not accepted; nil if it is.
        package static func problem(of uri: String) -> String? {
            guard holdsPassword(uri) else { return nil }
            return "holds a password; expected passfile=PATH (see libpq-pgpass(5))"
        }

        /// Whether a URI of libpq has a password, before the host or as a parameter.
        private static func holdsPassword(_ uri: String) -> Bool {
            let rest = uri[(uri.firstRange(of: "://")?.upperBound ?? uri.startIndex)...]
            let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let authority = parts[0].prefix { $0 != "/" }
            let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
            let parameters = parts.dropFirst().first?.split(separator: "&") ?? []
            return user.contains(":")
                || parameters.contains { parameter in
                    ["password=", "sslpassword="].contains(where: parameter.hasPrefix)
                }
        }
    }
}

extension ConfigurationSection {
    /// Reads the path of a database or the URI of one in PostgreSQL, and resolves it.
    fileprivate func database(
        _ key: String,
        default standard: String
    ) -> Configuration.Database? {
        let expected = "a path, or a URI such as postgresql://host1,host2/cashin"
        let database = text(key, default: standard, expected: expected) {
            text throws(Malformed) -> Configuration.Database in
            guard Configuration.DatabaseServer.isNamed(by: text) else {
                return .file(try reader.paths.resolve(text))
            }
            let uri = try reader.paths.expand(text)
            if let problem = Configuration.DatabaseServer.problem(of: uri) {
                throw Malformed(problem)
            }
            return .server(
                Configuration.DatabaseServer(
                    uri: uri,
                    rejectedFile: try reader.paths.resolve("rejected.db")
                )
            )
        }
        switch database {
        case .file(let path): amend(.string(path))
        case .server(let server): amend(.string(server.uri))
        case nil: break
        }
        return database
    }
}
