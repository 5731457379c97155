import System

extension Server {
    /// Stops accepting, closes connections without a complete head and waits for requests in
    /// progress.
    ///
    /// Connections that are open after `seconds` are reset. Responses sent meanwhile are the last
    /// on their connections. The handler's ``RequestHandler/drain()`` runs first, so that waiting
    /// requests get their responses. Returns when no connection is open; call it once.
    package func drain(seconds: Int) async {
        beginDraining()
        handler.drain()
        for share in shares { await stopAccepting(on: share.loop) }
        for share in shares {
            share.loop.post { [self] loop in
                for connection in connections(on: loop) { connection.drain(on: loop) }
            }
            share.loop.post(afterSeconds: seconds) { [self] loop in
                for connection in connections(on: loop) { connection.breakOff(on: loop) }
            }
        }
        await allClosed()
    }

    private func stopAccepting(on loop: EventLoop) async {
        await withCheckedContinuation { continuation in
            loop.post { [self] loop in
                for case let acceptor as Acceptor in loop.allSources
                where acceptor.server === self {
                    acceptor.stop(on: loop)
                }
                continuation.resume()
            }
        }
    }

    private func connections(on loop: isolated EventLoop) -> [ServerConnection] {
        loop.allSources.compactMap { $0 as? ServerConnection }.filter { $0.server === self }
    }
}
