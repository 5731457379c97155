import Sockets

/// Takes the connections of one listener, on a loop, and spreads them over all loops.
final class Acceptor: EventSource {
    /// How many connections it takes before others on its loop have their turn.
    private static let batchCount = 64

    /// How long it rests when the system has no room for another connection.
    private static let restSeconds = 1

    let server: Server
    private let listener: Listener
    private var id: EventSourceID?
    private var hasFailed = false

    init(_ listener: Listener, server: Server) {
        self.listener = listener
        self.server = server
    }

    func start(on loop: isolated EventLoop) {
        guard !server.isDraining else { return listener.close() }
        do throws(SystemError) {
            id = try loop.add(self, watching: listener)
        } catch {
            fail(error)
            loop.post(afterSeconds: Self.restSeconds) { [server, listener] loop in
                Acceptor(listener, server: server).start(on: loop)
            }
        }
    }

    func ready(_ readiness: Readiness, on loop: isolated EventLoop) {
        accept(on: loop)
    }

    func expired(on loop: isolated EventLoop) {
        accept(on: loop)
    }

    /// Takes who waits already, and nobody after that.
    func stop(on loop: isolated EventLoop) {
        accept(on: loop)
        if let id { loop.remove(id) }
        id = nil
        listener.close()
    }

    private func accept(on loop: isolated EventLoop) {
        guard let id else { return }
        do throws(SystemError) {
            for _ in 0..<Self.batchCount {
                guard let accepted = try listener.accept() else { return hasFailed = false }
                server.take(accepted, on: loop)
            }
            loop.readAgain(id)
        } catch {
            // No further change will be reported for those who wait already.
            loop.setDeadline(loop.now + UInt64(Self.restSeconds) * 1_000_000_000, for: id)
            fail(error)
        }
    }

    private func fail(_ error: SystemError) {
        if !hasFailed { server.handler.acceptFailed(error, on: listener.address) }
        hasFailed = true
    }
}
