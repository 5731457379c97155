import Foundation
import Glibc
import Support

/// A receiver and a gateway that share a clock, which goes through years in minutes.
///
/// All clocks of both programs are stepped, so that timers of an hour or a day fire when the clock
/// passes them.
final class ShopScene {
    let workspace: Workspace
    let gateway: Gateway
    private(set) var daemon: Daemon
    private let settings: [String]
    private let environment: [String: String]
    private let stepFile: URL
    private var stepSeconds = 0

    /// After so many days, bodies are erased.
    static let bodyDays = 30

    /// - Parameter time: in seconds since the epoch.
    init(at time: Int) throws {
        workspace = try Workspace(confirms: "never")
        stepFile = URL(fileURLWithPath: workspace.directory + "clock-step")
        environment = [
            "LD_PRELOAD": Daemon.testsDirectory + "libClockStep.so",
            "CLOCK_STEP_FILE": stepFile.path, "CLOCK_STEP_ALL": "1",
        ]
        let first = time - Self.realTime
        stepSeconds = first
        try Data(bytes: &stepSeconds, count: 8).write(to: stepFile)
        let notifyPort = try FreePort.next()
        gateway = try Gateway(
            for: workspace,
            notifyPort: notifyPort,
            options: ["--retry-seconds", "none"],
            environment: environment
        )
        settings =
            ["notify.listen=127.0.0.1:\(notifyPort)", "storage.bodyDays=\(Self.bodyDays)"]
            + gateway.settings
        daemon = try Daemon(in: workspace, set: settings, environment: environment)
    }

    private static var realTime: Int { Int(Date().timeIntervalSince1970) }

    /// The time of both programs, in seconds since the epoch.
    var time: Int { Self.realTime + stepSeconds }

    /// Lets the time pass until `time`; what has been timed until then happens.
    func pass(until time: Int) throws {
        stepSeconds = max(stepSeconds, time - Self.realTime)
        // Written in place: both programs have the file in their memory.
        let file = try FileHandle(forUpdating: stepFile)
        try file.write(contentsOf: Data(bytes: &stepSeconds, count: 8))
        try file.close()
    }

    /// Stops the receiver and starts it again.
    ///
    /// - Returns: how long the start took, in milliseconds.
    func restart() throws -> Int {
        guard try daemon.stop() == .exited(0) else { throw Failed(reason: "the stop failed") }
        let start = ContinuousClock.now
        daemon = try Daemon(in: workspace, set: settings, environment: environment)
        return Int((ContinuousClock.now - start) / .milliseconds(1))
    }

    /// Something is not as promised.
    struct Failed: Error, CustomStringConvertible {
        let reason: String
        var description: String { reason }
    }

    /// The memory of the receiver, in KiB.
    var residentKilobytes: Int { daemon.process.kilobytes("VmRSS") ?? 0 }

    /// The open descriptors of the receiver.
    var descriptorCount: Int {
        let path = "/proc/\(daemon.process.id)/fd"
        return (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
    }

    /// The size of a file of the database, in KiB; 0 where there is none.
    func kilobytes(_ suffix: String) -> Int {
        var status = stat()
        return stat(workspace.database + suffix, &status) == 0 ? Int(status.st_size) / 1_024 : 0
    }
}
