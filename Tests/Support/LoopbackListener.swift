import Foundation
import Synchronization

/// Accepts connections on a port of 127.0.0.1, each on a thread of its own.
package final class LoopbackListener: Sendable {
    package let port: Int
    private let listener: CInt
    private let accepted = Atomic(0)

    /// How many connections have been accepted.
    package var acceptedCount: Int { accepted.load(ordering: .sequentiallyConsistent) }

    package init() throws {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try listener.bindToLoopback()
        guard listen(listener, 128) == 0 else { throw ServerPeer.Failure.call("listen", errno) }
    }

    /// Passes each connection to `serve`, which closes it, until the listener is released.
    package func acceptAll(_ serve: @escaping @Sendable (CInt) -> Void) {
        let listener = listener
        Thread.detachNewThread { [weak self] in
            while true {
                let raw = accept(listener, nil, nil)
                guard raw >= 0, let self else {
                    close(raw)
                    close(listener)
                    return
                }
                accepted.add(1, ordering: .sequentiallyConsistent)
                Thread.detachNewThread { serve(raw) }
            }
        }
    }

    /// Accepting ends, and with it the thread, which closes the listener.
    deinit { shutdown(listener, CInt(SHUT_RDWR)) }
}
