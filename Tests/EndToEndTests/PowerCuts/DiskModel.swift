import Foundation

/// The files of one directory as they are on a disk: what was synced, and what was done since.
///
/// A file's bytes are durable when a sync of the file ends that began after they were written; a
/// name is durable when a sync of the directory does. After a sync that failed, what it should have
/// made durable may be on the disk or not, and stays so: the page cache counts it as written.
struct DiskModel {
    /// What was done to a file since its durable state.
    struct Change {
        enum Kind {
            case write(offset: Int, ArraySlice<UInt8>)
            case resize(Int)
            case extend(Int)
        }

        enum State {
            case pending
            case durable
            /// A sync of it failed.
            case dropped
        }

        let kind: Kind
        /// The event that made it.
        let event: Int
        var state = State.pending
    }

    /// One file, whatever its name is.
    struct File {
        var durable: [UInt8] = []
        var changes: [Change] = []
    }

    /// A change of the directory since its durable state.
    struct NameChange {
        enum Kind {
            case set(String, file: Int)
            case move(String, to: String, file: Int)
            case remove(String)
        }

        let kind: Kind
        let event: Int
    }

    private(set) var files: [File] = []
    /// The names that a power cut leaves for certain.
    private(set) var durableNames: [String: Int] = [:]
    private(set) var nameChanges: [NameChange] = []

    /// The names that the program sees.
    private var names: [String: Int] = [:]
    private var numbers: [UInt64: Int] = [:]
    private var syncs: [Int: (file: Int?, event: Int)] = [:]
    private(set) var eventCount = 0

    /// A directory whose files are all durable.
    init(directory: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            var status = stat()
            guard !Self.isIgnored(name), stat(directory + name, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: directory + name)))
            numbers[UInt64(status.st_ino)] = files.count
            names[name] = files.count
            files.append(File(durable: bytes))
        }
        durableNames = names
    }

    /// The reserve is large, and nothing is ever read from it.
    private static func isIgnored(_ name: String) -> Bool { name.hasSuffix("-reserve") }

    mutating func apply(_ event: DiskEvent) {
        let number = eventCount
        eventCount += 1
        switch event {
        case .created(let inode, let name):
            // The number of a removed file is given again.
            if Self.isIgnored(name) { return }
            numbers[inode] = files.count
            files.append(File())
            change(.set(name, file: files.count - 1), number)
        case .written(let inode, let offset, let bytes):
            change(inode, .write(offset: offset, bytes), number)
        case .resized(let inode, let size): change(inode, .resize(size), number)
        case .extended(let inode, let size): change(inode, .extend(size), number)
        case .renamed(let name, let other):
            if let file = names[name] { change(.move(name, to: other, file: file), number) }
        case .linked(let name, let other):
            if let file = names[name] { change(.set(other, file: file), number) }
        case .removed(let name): change(.remove(name), number)
        case .syncBegins(let inode, _, let sync):
            syncs[sync] = (inode.flatMap { numbers[$0] }, number)
        case .syncEnds(let sync): endSync(sync, as: .durable)
        case .syncFails(let sync): endSync(sync, as: .dropped)
        case .sent, .noted: return
        }
    }

    private mutating func change(_ inode: UInt64, _ kind: Change.Kind, _ event: Int) {
        guard let file = numbers[inode] else { return }
        files[file].changes.append(Change(kind: kind, event: event))
    }

    private mutating func change(_ kind: NameChange.Kind, _ event: Int) {
        nameChanges.append(NameChange(kind: kind, event: event))
        Self.apply(kind, to: &names)
    }

    static func apply(_ kind: NameChange.Kind, to names: inout [String: Int]) {
        switch kind {
        case .set(let name, let file): names[name] = file
        case .move(let name, let other, let file):
            names[name] = nil
            names[other] = file
        case .remove(let name): names[name] = nil
        }
    }

    private mutating func endSync(_ number: Int, as state: Change.State) {
        guard let (file, event) = syncs.removeValue(forKey: number) else { return }
        guard let file else {
            guard state == .durable else { return }
            for change in nameChanges where change.event < event {
                Self.apply(change.kind, to: &durableNames)
            }
            nameChanges.removeAll { $0.event < event }
            return
        }
        for index in files[file].changes.indices
        where files[file].changes[index].event < event
            && files[file].changes[index].state == .pending
        {
            files[file].changes[index].state = state
        }
        let durable = files[file].changes.prefix { $0.state == .durable }
        for change in durable { Self.apply(change.kind, to: &files[file].durable) }
        files[file].changes.removeFirst(durable.count)
    }

    static func apply(_ kind: Change.Kind, to bytes: inout [UInt8]) {
        switch kind {
        case .write(let offset, let new):
            if new.isEmpty { return }
            extend(&bytes, to: offset + new.count)
            bytes.replaceSubrange(offset..<offset + new.count, with: new)
        case .resize(let size):
            if size < bytes.count { bytes.removeLast(bytes.count - size) }
            extend(&bytes, to: size)
        case .extend(let size): extend(&bytes, to: size)
        }
    }

    static func extend(_ bytes: inout [UInt8], to size: Int) {
        if bytes.count < size { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
    }
}
