import FoundationEssentials
import Glibc
import Support
import Testing

@testable import System

/// The service manager's end of a notification socket.
private final class NotificationSocket {
    private let descriptor: CInt

    /// - Parameter path: a file's, or a name beginning with `@`.
    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var bytes = Array(path.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    /// The next message; nil when none has arrived. A datagram arrives before `sendto` returns.
    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}

struct SystemdNotifierTests {
    @Test(arguments: [false, true])
    func `the service manager hears of every change`(_ isAbstract: Bool) throws {
        let directory = try TemporaryDirectory()
        let path = isAbstract ? "@cashin-\(UUID())" : "\(directory.path)/notify"
        let socket = try NotificationSocket(path)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": path], processID: 1)

        notifier.ready(status: "listening")
        #expect(socket.receive() == "READY=1\nSTATUS=listening")
        notifier.reloading()
        let reloading = try #require(socket.receive()?.split(separator: "\n"))
        #expect(reloading.count == 2)
        #expect(reloading[0] == "RELOADING=1")
        let microseconds = try #require(UInt64(reloading[1].dropFirst("MONOTONIC_USEC=".count)))
        #expect(microseconds.distance(to: SystemClock.monotonicNanoseconds() / 1000) < 60_000_000)
        notifier.status("two\nREADY=1")
        #expect(socket.receive() == "STATUS=two\\u{a}READY=1")
        notifier.watchdog()
        #expect(socket.receive() == "WATCHDOG=1")
        notifier.stopping()
        #expect(socket.receive() == "STOPPING=1")
        #expect(socket.receive() == nil)
    }

    @Test(arguments: [
        [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "/nowhere/notify"],
        ["NOTIFY_SOCKET": String(repeating: "x", count: 200)],
    ])
    func `a service manager that is not there is no failure`(_ environment: [String: String]) {
        let notifier = SystemdNotifier(environment: environment, processID: 1)
        notifier.ready(status: "")
        notifier.stopping()
    }

    @Test(arguments: [
        ([:], nil, "no watchdog"),
        (["WATCHDOG_USEC": "30000000"], 15_000, "half the time"),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"], 15_000, "ours"),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"], nil, "another process's"),
        (["WATCHDOG_USEC": "1"], 1, "the shortest"),
        (["WATCHDOG_USEC": "0"], nil, "switched off"),
        (["WATCHDOG_USEC": "x"], nil, "no number"),
    ])
    func `the watchdog is fed at half its time`(
        _ environment: [String: String],
        _ milliseconds: Int?,
        _ reason: String
    ) {
        let notifier = SystemdNotifier(environment: environment, processID: 7)
        #expect(notifier.watchdogIntervalMilliseconds == milliseconds, "\(reason)")
    }
}
