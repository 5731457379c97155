import Foundation
import Glibc
import Support

/// The service manager's end of a notification socket (sd_notify(3)).
final class ServiceManager {
    private let directory: String
    private let descriptor: CInt

    /// The socket could not be made.
    struct Failure: Error { let code: CInt }

    init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/cr-\(Unique.text("sd"))"
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: (directory + "/notify").utf8)
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard code == 0 else { throw Failure(code: errno) }
        var timeout = timeval(tv_sec: Int(Patience.seconds), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
    }

    deinit {
        close(descriptor)
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// What a service finds in its environment.
    func environment(watchdogSeconds: Double) -> [String: String] {
        [
            "NOTIFY_SOCKET": directory + "/notify",
            "WATCHDOG_USEC": "\(Int(watchdogSeconds * 1_000_000))",
        ]
    }

    /// Drops the messages that have arrived.
    func forget() { while receive(CInt(MSG_DONTWAIT)) != nil {} }

    /// The messages that have arrived.
    var messages: [String] {
        var all: [String] = []
        while let message = receive(CInt(MSG_DONTWAIT)) { all.append(message) }
        return all
    }

    /// The next message that `isWanted`; nil when none comes in time.
    func next(where isWanted: (String) -> Bool) -> String? {
        while let message = receive(0) {
            if isWanted(message) { return message }
        }
        return nil
    }

    private func receive(_ flags: CInt) -> String? {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = recv(descriptor, &buffer, buffer.count, flags)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
