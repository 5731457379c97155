import SQLite

/// A reader's access to the index file: what cannot be found there is searched in the main
/// database, until the writer has made the file again.
final class ReaderLookups: ReferenceLookup {
    private let main: Connection
    private let file: SideFile
    private let index: ReferenceIndex
    private var opened: (file: LookupFile, number: Int)?

    init(_ main: Connection, _ file: SideFile, _ index: ReferenceIndex) {
        self.main = main
        self.file = file
        self.index = index
    }

    func find(_ keys: [UInt64], into found: inout Set<Int64>) throws(SQLiteError) {
        let number = index.fileNumber
        do throws(SQLiteError) {
            try lookups(number).find(keys, into: &found)
        } catch {
            opened = nil
            if file.isGone(by: error) { index.report(error, ofFile: number) }
            try IndexSource.search(main, hash: index.hash, for: keys, into: &found)
        }
    }

    private func lookups(_ number: Int) throws(SQLiteError) -> LookupFile {
        if let opened, opened.number == number { return opened.file }
        let file = try LookupFile(existing: file.path, mode: .readOnly)
        opened = (file, number)
        return file
    }
}
