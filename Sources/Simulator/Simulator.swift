package import HTTPClient
import HTTPServer
package import Logging
package import System

/// A stand-in for the gateway that serves one merchant over HTTP, for development and tests
/// (contract section 8).
package final class Simulator: Sendable {
    /// Where it listens.
    package let addresses: [SocketAddress]

    private let gateway: Gateway
    private let server: Server
    private let client: HTTPClient
    private let log: Log

    /// Listens at once.
    ///
    /// - Parameters:
    ///   - faults: as in `duplicate=2`; the command `faults` lists them.
    ///   - clientSettings: for sending callbacks.
    ///   - now: milliseconds since 1970.
    package init(
        _ settings: SimulatorSettings,
        faults: [String] = [],
        listen: ListenAddress,
        clientSettings: ClientSettings = ClientSettings(),
        log: Log,
        now: @escaping @Sendable () -> Int64 = Clock.realtimeMilliseconds
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

    /// Gives up callbacks that are still due, and answers what is under way.
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

/// Why the simulator does not run.
package enum SimulatorError: Error, CustomStringConvertible {
    case faults(String)
    case client(HTTPClientError)
    case listen(ListenError)
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
