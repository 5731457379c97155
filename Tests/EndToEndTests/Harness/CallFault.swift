import Foundation
import Glibc

/// One call of the C library that fails in a receiver, or each from there on.
///
/// The library in Tests/CallFaults, preloaded into the receiver, makes it fail.
struct CallFault: Sendable, CustomStringConvertible {
    /// A kind of call, and the name of the file that it is about.
    struct Subject: Hashable, Sendable {
        let call: String
        let file: String

        /// Whether a receiver may end so at its start: with a message that names the file. Of files
        /// that SQLite keeps beside another one it names that one. It starts without a
        /// rejected-request store and without a reserve; the reference index has to be there, or
        /// to be made.
        func explains(_ failure: Daemon.NotListening) -> Bool {
            if file.contains("-refused") || file.contains("-reserve") { return false }
            let name = file.contains("-lookup") ? "receiver.db-lookup" : "receiver.db"
            return [.exited(69), .exited(74), .exited(78)].contains(failure.end)
                && failure.log.contains { $0.contains("level=error") && $0.contains(name) }
        }
    }

    let subject: Subject

    /// Which call fails, counted from 1 since the receiver was started.
    let number: Int

    /// Whether all calls from there on fail, too.
    var isLasting = false

    /// An error's name, `short`, `slow:MILLISECONDS`, `lost`, or `kill`: the receiver is killed
    /// before the call.
    let fault: String

    /// `CALL_FAULTS_PLAN` of the library.
    var description: String {
        "\(subject.call) \(subject.file) \(number) \(isLasting ? 0 : 1) \(fault)"
    }

    /// The faults of each call that an operating system can have, besides being slow.
    static let faults: [String: [String]] = [
        "open": ["EIO", "EMFILE", "ENOSPC", "EINTR"],
        "read": ["EIO", "EINTR", "short"],
        "write": ["EIO", "ENOSPC", "EINTR", "short"],
        "sync": ["EIO", "ENOSPC", "EINTR"],
        "truncate": ["EIO", "EINTR"],
        "mmap": ["ENOMEM"],
        "fcntl": ["ENOLCK", "EINTR"],
        "malloc": ["ENOMEM"],
    ]

    /// Whether every call can fail so: one that is only interrupted is repeated until it succeeds.
    static func canLast(_ fault: String) -> Bool {
        !["EINTR", "short", "slow:5000"].contains(fault)
    }
}

/// How often a receiver made each kind of call about each file, and how many of them failed.
struct CallCounts {
    private(set) var calls: [CallFault.Subject: Int] = [:]
    private(set) var faultCount = 0

    /// The size of `struct count` of the library: a name, and two numbers.
    private static let (nameSize, size) = (48, 64)

    /// Reads the file that the library writes.
    init(file: String) throws {
        let data = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        for start in stride(from: 0, to: data.count - Self.size + 1, by: Self.size) {
            let record = data[start..<start + Self.size]
            let name = String(
                decoding: record.prefix(Self.nameSize).prefix { $0 != 0 },
                as: UTF8.self
            )
            let words = name.split(separator: " ").map(String.init)
            guard words.count == 2 else { continue }
            calls[.init(call: words[0], file: words[1])] = Self.number(record, at: Self.nameSize)
            faultCount += Self.number(record, at: Self.nameSize + 8)
        }
    }

    private static func number(_ record: ArraySlice<UInt8>, at offset: Int) -> Int {
        let bytes = record.dropFirst(offset).prefix(8)
        return Int(bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

/// The files and the environment with which a receiver has a fault.
struct FaultyCalls {
    private let workspace: Workspace
    private let fault: CallFault?

    private var countsFile: String { workspace.directory + "call-counts" }
    private var armedFile: String { workspace.directory + "call-faults-armed" }

    /// - Parameter fault: nil to only count the calls.
    init(in workspace: Workspace, _ fault: CallFault?) {
        self.workspace = workspace
        self.fault = fault
    }

    /// For the receiver.
    var environment: [String: String] {
        var all = [
            "LD_PRELOAD": Daemon.testsDirectory + "libCallFaults.so",
            "CALL_FAULTS_DATABASE": workspace.database,
            "CALL_FAULTS_COUNTS": countsFile,
            "CALL_FAULTS_ARMED": armedFile,
        ]
        if let fault { all["CALL_FAULTS_PLAN"] = "\(fault)" }
        return all
    }

    /// Lets the fault happen from now on.
    func arm() throws { try workspace.write("", to: "call-faults-armed") }

    /// Lets no call fail from now on.
    func disarm() { _ = unlink(armedFile) }

    /// Lets the counts begin with the next receiver.
    func removeCounts() { _ = unlink(countsFile) }

    var counts: CallCounts { get throws { try CallCounts(file: countsFile) } }
}
