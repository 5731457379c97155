import System

/// Accepts the connections of one listener on one loop, and distributes them over all loops.
final class Acceptor: EventSource {
    /// Maximum connections accepted before other sources of the loop get their turn.
    private static let batchCount = 64

    /// Pause in seconds after an accept that failed for lack of descriptors or memory.
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

    func ready(_ readiness: IOEvents, on loop: isolated EventLoop) {
        accept(on: loop)
    }

    func expired(on loop: isolated EventLoop) {
        accept(on: loop)
    }

    /// Accepts the connections that are already queued, then closes the listener.
    ///
    /// Those on a passed socket are left to the next process.
    func stop(on loop: isolated EventLoop) {
        accept(on: loop)
        if let id { loop.remove(id) }
        id = nil
        listener.close()
    }

    private func accept(on loop: isolated EventLoop) {
        guard let id else { return }
        // The next process can accept it: this one would close a connection whose request has not
        // arrived yet.
        if listener.isPassed, server.isDraining { return }
        do throws(SystemError) {
            for _ in 0..<Self.batchCount {
                guard let accepted = try listener.accept() else { return hasFailed = false }
                server.assign(accepted, on: loop)
            }
            loop.requestTurn(of: id)
        } catch {
            // epoll reports no further change for connections that are already queued.
            loop.setDeadline(loop.now + UInt64(Self.restSeconds) * 1_000_000_000, for: id)
            fail(error)
        }
    }

    private func fail(_ error: SystemError) {
        if !hasFailed { server.handler.acceptFailed(error, on: listener.address) }
        hasFailed = true
    }
}
