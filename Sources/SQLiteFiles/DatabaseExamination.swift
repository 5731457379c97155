import SQLite
import System

extension DatabaseSchema {
    /// Why a start would refuse the file at `path` by its content; nil if it would not, and if the
    /// file is missing.
    ///
    /// Reads the header of the file (https://www.sqlite.org/fileformat2.html, section 1.3), or its
    /// newer state in the WAL, without SQLite, so that a database in use is not touched. The
    /// process that uses the database must not call this: closing the file would drop SQLite's
    /// locks (see ``DatabaseLock``).
    package static func examine(_ path: String) -> String? {
        var header: [UInt8]
        do throws(FileError) {
            header = try FileContents(startOf: path, byteCount: headerBytes).bytes
        } catch {
            if case .system(let failure) = error, failure.isAbsence { return nil }
            return error.isNotRegular
                ? "\(path) is a directory or no regular file, expected the file of a database"
                : "\(path) cannot be read, \(error)"
        }
        if header.isEmpty { return nil }
        guard header.count == headerBytes, header.starts(with: mark) else {
            return "\(path) is not an SQLite database, expected one of cashin-receiver"
        }
        // A migration and the tables of a new database are in the WAL only until a checkpoint.
        if let newer = headerInWAL(of: path) { header = newer }
        let application = number(header[68..<72])
        let version = number(header[60..<64])
        let hasTables = header[103] != 0 || header[104] != 0
        do throws(DatabaseContent.Mismatch) {
            _ = try DatabaseContent(
                application: application,
                version: version,
                hasTables: hasTables
            )
            return nil
        } catch {
            return error == .otherProgram
                ? "\(path) is the SQLite database of another program, expected one of "
                    + "cashin-receiver"
                : "\(path) cannot be used: \(error)"
        }
    }

    /// The header as of the newest commit in the WAL; nil if none has changed it, and if the WAL
    /// cannot be read, of which ``WALFiles`` tells more.
    private static func headerInWAL(of path: String) -> [UInt8]? {
        let wal = try? FileContents(
            startOf: StoreFiles(main: path).wal,
            byteCount: MainDatabase.walBytesMax
        )
        return wal.flatMap { WALExamination.firstPage(in: $0.bytes) }
            .map { Array($0.prefix(headerBytes)) }
    }

    /// The header of the database, and that of its first page.
    private static let headerBytes = 108

    private static let mark = Array("SQLite format 3\0".utf8)

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reduce(0) { $0 << 8 | Int64($1) }
    }
}
