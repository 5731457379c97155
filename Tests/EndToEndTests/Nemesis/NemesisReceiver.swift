import Foundation
import Glibc
import Support

/// A receiver that is started again and again at the same addresses.
final class NemesisReceiver: @unchecked Sendable {
    private let workspace: Workspace
    private let settings: [String]
    private let environment: [String: String]
    private let notify: Endpoint
    private let inner: Endpoint
    private let lock = NSLock()
    private var process: ChildProcess

    /// - Parameters:
    ///   - address: of the database.
    ///   - clockSeconds: how far its clock is ahead.
    init(_ workspace: Workspace, notifyPort: UInt16, settings: [String], clockSeconds: Int) throws {
        self.workspace = workspace
        let innerPort = try FreePort.next()
        notify = .loopback(port: notifyPort)
        inner = .loopback(port: innerPort)
        self.settings =
            settings + [
                "notify.listen=127.0.0.1:\(notifyPort)", "internal.listen=127.0.0.1:\(innerPort)",
            ]
        var step = clockSeconds
        let file = workspace.directory + "clock-step"
        try Data(bytes: &step, count: 8).write(to: URL(fileURLWithPath: file))
        environment = [
            "LD_PRELOAD": Daemon.testsDirectory + "libClockStep.so", "CLOCK_STEP_FILE": file,
        ]
        process = try Daemon.launch(
            in: workspace,
            set: self.settings,
            environment: environment
        )
    }

    /// The receiver was stopped, and exited otherwise than it should.
    struct NotStopped: Error { let end: ChildProcess.End }

    /// Ends it as a crash does, and starts it again.
    func crash() throws {
        signal(SIGKILL)
        try startAgain()
    }

    /// Stops it as systemd does, and starts it again.
    func restart() throws {
        signal(SIGTERM)
        let end = try startAgain()
        guard end == .exited(0) else { throw NotStopped(end: end) }
    }

    /// - Returns: how it has ended.
    @discardableResult
    private func startAgain() throws -> ChildProcess.End {
        let end = try lock.withLock { process }.wait()
        let next = try Daemon.launch(in: workspace, set: settings, environment: environment)
        lock.withLock { process = next }
        return end
    }

    func signal(_ number: CInt) { lock.withLock { process }.signal(number) }

    /// What it has logged since it was started.
    var log: [String] { lock.withLock { process }.errors.all }

    // MARK: Requests

    /// The response code of a callback; nil without a response.
    func post(_ callback: Callback) -> String? {
        try? RawClient(notify, timeoutSeconds: 8).exchange(callback.request().bytes).code
    }

    /// A response of the internal API; nil without one.
    func call(_ method: String, _ target: String, _ body: String = "") -> RawResponse? {
        var request = workspace.internalRequest(method, target)
        if !body.isEmpty { request.add("Content-Type", "application/json") }
        request.body = Array(body.utf8)
        return try? RawClient(inner, timeoutSeconds: 8).exchange(request.bytes)
    }

    func isReady() -> Bool { call("GET", "/readyz")?.status == 200 }
}
