package import System

extension Log {
    /// Logs that a listener cannot accept connections at the moment; the server keeps retrying.
    package func acceptFailed(_ error: SystemError, on address: SocketAddress) {
        self.error("cannot accept connections") {
            $0.add("address", describing: address)
            $0.add("error", describing: error)
        }
    }
}
