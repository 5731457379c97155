import Queues
import System
import Synchronization

/// Resolves names without making the caller wait beyond its limit.
///
/// `getaddrinfo(3)` cannot be cancelled and has no deadline. Each call therefore runs on a thread
/// of its own; an abandoned call continues until the system gives up.
final class Resolver: Sendable {
    private let runningMax: Int
    private let running = Atomic(0)
    private let resolve: @Sendable (String, UInt16) throws(ResolutionError) -> [SocketAddress]

    /// - Parameters:
    ///   - runningMax: maximum concurrent lookups, including abandoned ones.
    ///   - resolve: resolves a name, and may block; by default the system's resolver.
    init(
        runningMax: Int,
        resolve:
            @escaping @Sendable (String, UInt16) throws(ResolutionError)
            -> [SocketAddress] = { (host, port) throws(ResolutionError) in
                try System.resolve(host, port: port)
            }
    ) {
        self.runningMax = runningMax
        self.resolve = resolve
    }

    /// The addresses of the origin's host, at least one.
    func addresses(
        of origin: Origin,
        within limit: WaitLimit
    ) throws(HTTPClientError) -> [SocketAddress] {
        let port = try origin.permittedPort()
        let addresses = try addresses(of: origin.host, port: port, within: limit)
        // `localhost` may resolve to an address of another machine.
        guard origin.isSecure || addresses.allSatisfy({ $0.address?.isLoopback == true }) else {
            throw .unsendable("http is for loopback hosts only, \(origin.host) has other addresses")
        }
        return addresses
    }

    /// The addresses of a host, at least one.
    ///
    /// - Parameter host: a name or an address.
    func addresses(
        of host: String,
        port: UInt16,
        within limit: WaitLimit
    ) throws(HTTPClientError) -> [SocketAddress] {
        if let address = IPAddress(host) { return [.ip(address, port: port)] }
        let addresses = try resolve(host, port: port, within: limit)
        guard !addresses.isEmpty else {
            throw HTTPClientError(.resolve, .failed, "\(host): no address")
        }
        return addresses
    }

    private func resolve(
        _ host: String,
        port: UInt16,
        within limit: WaitLimit
    ) throws(HTTPClientError) -> [SocketAddress] {
        let lookup: NameLookup
        let waited: Waited
        do throws(SystemError) { lookup = try NameLookup() } catch {
            throw HTTPClientError(.resolve, error)
        }
        guard start(lookup, host, port: port) else {
            let text = "\(host): \(runningMax) earlier lookups have not returned"
            throw HTTPClientError(.resolve, .failed, text)
        }
        do throws(SystemError) {
            waited = try lookup.done.wait(
                untilNanoseconds: limit.deadlineNanoseconds,
                orUntil: limit.interruption
            )
        } catch { throw HTTPClientError(.resolve, error) }
        if let error = StreamError(waited) {
            throw error.inPhase(.resolve, at: host, within: limit)
        }
        do throws(ResolutionError) { return try lookup.addresses() } catch {
            throw HTTPClientError(.resolve, .failed, "\(host): \(error)")
        }
    }

    /// Starts the lookup on a thread; returns false if too many are running.
    private func start(_ lookup: NameLookup, _ host: String, port: UInt16) -> Bool {
        guard running.add(1, ordering: .relaxed).newValue <= runningMax else {
            running.subtract(1, ordering: .relaxed)
            return false
        }
        QueueExecutor(blockingLabel: "resolver").run { [self] in
            let result = Result { () throws(ResolutionError) in try resolve(host, port) }
            running.subtract(1, ordering: .relaxed)
            lookup.finish(result)
        }
        return true
    }
}

/// One lookup: its result, and a latch that opens when the result is available.
private final class NameLookup: Sendable {
    let done: Latch
    private let result = Mutex<Result<[SocketAddress], ResolutionError>>(.success([]))

    init() throws(SystemError) { done = try Latch() }

    func finish(_ result: Result<[SocketAddress], ResolutionError>) {
        self.result.withLock { $0 = result }
        done.open()
    }

    /// The result; call it after ``done`` has opened.
    func addresses() throws(ResolutionError) -> [SocketAddress] {
        try result.withLock { $0 }.get()
    }
}
