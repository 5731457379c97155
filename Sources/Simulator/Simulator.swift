package import HTTPClient
import HTTPServer
package import Logging
package import System

/// A simulated gateway that serves one merchant over HTTP, for development and tests.
///
/// It offers generate, query and a control API, and sends callbacks signed with its own key.
package final class Simulator: Sendable {
    /// The addresses on which it listens, with the actual ports.
    package let addresses: [SocketAddress]

    private let gateway: Gateway
    private let server: Server
    private let client: HTTPClient
    private let log: Log

    /// Starts a simulator, which listens when this returns.
    ///
    /// - Parameters:
    ///   - faults: as in `duplicate=2`; the command `faults` lists them.
    ///   - clientSettings: limits and trust of the client that sends callbacks.
    ///   - now: returns the time in milliseconds since the epoch.
    package init(
        _ settings: SimulatorSettings,
        faults: [String] = [],
        listen: ListenAddress,
        clientSettings: ClientSettings = ClientSettings(),
        log: Log,
        now: @escaping @Sendable () -> Int64 = SystemClock.realtimeMilliseconds
    ) throws(SimulatorError) {
        let plan = try Self.plan(faults)
        do throws(HTTPClientError) {
            client = try HTTPClient(clientSettings)
        } catch {
            throw .client(error)
        }
        gateway = Gateway(settings, plan: plan, client: client, log: log, now: now)
        server = Server(
            loops: [try Self.makeLoop()],
            limits: ServerLimits(),
            handler: SimulatorHandler(gateway)
        )
        var addresses: [SocketAddress] = []
        do throws(ListenError) {
            for listener in try Listener.open(listen, passed: PassedSockets()) {
                addresses.append(listener.address)
                server.add(listener)
            }
        } catch {
            throw .listen(error)
        }
        self.addresses = addresses
        self.log = log
        for address in addresses {
            log.info("listening") { $0.add("address", describing: address) }
        }
    }

    /// Cancels the deliveries, then drains the server for at most one second.
    package func stop() async {
        await gateway.stop()
        await server.drain(seconds: 1)
        await client.close()
        log.flush()
    }

    private static func plan(_ faults: [String]) throws(SimulatorError) -> FaultPlan {
        do throws(FaultError) {
            var plan = FaultPlan()
            for fault in faults { try plan.add(fault) }
            return plan
        } catch {
            throw .faults(error.description)
        }
    }

    private static func makeLoop() throws(SimulatorError) -> EventLoop {
        do throws(SystemError) {
            return try EventLoop(label: "simulator")
        } catch {
            throw .system(error)
        }
    }
}

/// Why the simulator cannot start.
package enum SimulatorError: Error, CustomStringConvertible {
    /// A fault is unknown or has an invalid value.
    case faults(String)
    /// The client for callbacks cannot be made.
    case client(HTTPClientError)
    /// The address cannot be listened on.
    case listen(ListenError)
    /// The event loop cannot be made.
    case system(SystemError)

    package var description: String {
        switch self {
        case .faults(let text): text
        case .client(let error): error.description
        case .listen(let error): error.description
        case .system(let error): error.description
        }
    }
}
