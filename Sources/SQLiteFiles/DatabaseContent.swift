/// What a database file contains, as its marks tell: `application_id`, `user_version`, and whether
/// there are tables.
package enum DatabaseContent: Equatable, Sendable {
    /// No tables yet.
    case nothing

    /// Our tables, in the newest version or in one that can be migrated.
    case tables(version: Int64)

    /// Why a file cannot be used, and must not be changed.
    enum Mismatch: Error, Equatable {
        case otherProgram

        /// The version of a newer program.
        case newer(Int64)

        /// A version without a migration.
        case tooOld(Int64)
    }

    /// - Throws: `Mismatch` for the database of another program, or one of a version that cannot be
    ///   used.
    init(application: Int64, version: Int64, hasTables: Bool) throws(Mismatch) {
        if application == 0, version == 0, !hasTables {
            self = .nothing
            return
        }
        guard application == DatabaseSchema.applicationID, version > 0 else { throw .otherProgram }
        guard version <= DatabaseSchema.version else { throw .newer(version) }
        guard DatabaseMigrations.canRead(version) else { throw .tooOld(version) }
        self = .tables(version: version)
    }

    /// The version that has to be migrated; nil if there is none.
    package var olderVersion: Int64? {
        guard case .tables(let version) = self, version < DatabaseSchema.version else { return nil }
        return version
    }
}

extension DatabaseContent.Mismatch: CustomStringConvertible {
    var description: String {
        switch self {
        case .otherProgram: "not a cashin-receiver database"
        case .newer(let version):
            "its schema version \(version) is newer than this program's \(DatabaseSchema.version); "
                + "use the program that wrote it, or restore a backup from before the upgrade"
        case .tooOld(let version):
            "its schema version \(version) predates migrations, expected "
                + "\(DatabaseMigrations.oldest) to \(DatabaseSchema.version)"
        }
    }
}
