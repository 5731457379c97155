import Sockets

extension Server {
    /// Has every loop serve `GET /healthz` over a connection made for it: proof that connections
    /// are served. Returns when all have; never, while one is stuck.
    ///
    /// Any end of the connection counts, an error too: what it proves is that the loop works.
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
            try SocketPair().take { near, far in
                let peer = Peer(address: .unix(path: ""))
                willServe(on: share)
                Connection(far, peer: peer, isRefused: false, server: self, share: share)
                    .start(on: loop)
                ProbeClient(near, onEnd).start(on: loop)
            }
        } catch {
            // Without descriptors no connection can be made, but the loop has come to that.
            onEnd()
        }
    }
}

/// The client's end of a connection that a loop makes to itself.
private final class ProbeClient: EventSource {
    private static let request = Array(
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8
    )

    private var descriptor: Descriptor?
    private var id: EventSourceID?
    private let onEnd: @Sendable () -> Void
    private var buffer = [UInt8](repeating: 0, count: 1_024)

    /// - Parameter onEnd: called once, on the loop, when the server has closed the connection.
    init(_ descriptor: consuming Descriptor, _ onEnd: @escaping @Sendable () -> Void) {
        self.descriptor = consume descriptor
        self.onEnd = onEnd
    }

    func start(on loop: isolated EventLoop) {
        guard let descriptor = descriptor.take() else { return }
        do throws(SystemError) {
            id = try loop.add(self, watching: descriptor)
            // The kernel's buffer is empty and takes it whole.
            _ = try descriptor.send(Self.request.span)
            self.descriptor = consume descriptor
        } catch {
            end(on: loop)
        }
    }

    func ready(_ readiness: Readiness, on loop: isolated EventLoop) {
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
