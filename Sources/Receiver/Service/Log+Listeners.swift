import Logging
import System

extension Log {
    /// Says that a listener cannot take connections at the moment; it goes on trying.
    func acceptFailed(_ error: SystemError, on address: SocketAddress) {
        self.error("cannot accept connections") {
            $0.add("address", describing: address)
            $0.add("error", describing: error)
        }
    }
}
