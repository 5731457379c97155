import System

extension Server {
    /// Checks that every loop works, by a `GET /healthz` over a socket pair on each.
    ///
    /// Returns when all loops have closed the connection; does not return while one is stuck. Any
    /// end of the connection counts, including an error: the probe tests the loop, not the
    /// response.
    package func probe() async {
        for share in shares {
            await withCheckedContinuation { continuation in
                share.loop.post { [self] loop in
                    probe(share, on: loop) { continuation.resume() }
                }
            }
        }
    }

    private func probe(
        _ share: LoopShare,
        on loop: isolated EventLoop,
        _ onEnd: @escaping @Sendable () -> Void
    ) {
        do throws(SystemError) {
            try SocketPair().transfer { near, far in
                let peer = Peer(address: .unix(path: ""))
                willServe(on: share)
                ServerConnection(far, peer: peer, isRefused: false, server: self, share: share)
                    .start(on: loop)
                ProbeClient(near, onEnd).start(on: loop)
            }
        } catch {
            // Without descriptors no connection can be made, but the loop has run this code.
            onEnd()
        }
    }
}

/// The client end of the socket pair that a probe uses.
private final class ProbeClient: EventSource {
    private static let request = Array(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8
    )

    private var descriptor: Descriptor?
    private var id: EventSourceID?
    private let onEnd: @Sendable () -> Void
    private var buffer = [UInt8](repeating: 0, count: 1_024)

    /// - Parameter onEnd: called once, on the loop, when the connection has ended.
    init(_ descriptor: consuming Descriptor, _ onEnd: @escaping @Sendable () -> Void) {
        self.descriptor = consume descriptor
        self.onEnd = onEnd
    }

    func start(on loop: isolated EventLoop) {
        guard let descriptor = descriptor.take() else { return }
        do throws(SystemError) {
            id = try loop.add(self, watching: descriptor)
            // The send buffer is empty, so the request fits.
            _ = try descriptor.send(Self.request.span)
            self.descriptor = consume descriptor
        } catch {
            end(on: loop)
        }
    }

    func ready(_ readiness: IOEvents, on loop: isolated EventLoop) {
        do throws(SystemError) {
            while true {
                switch try descriptor?.receive(into: &buffer) {
                case .bytes: continue
                case .wouldBlock: return
                case .ended, nil: return end(on: loop)
                }
            }
        } catch {
            end(on: loop)
        }
    }

    func expired(on loop: isolated EventLoop) {}

    private func end(on loop: isolated EventLoop) {
        if let id { loop.remove(id) }
        descriptor = nil
        onEnd()
    }
}
