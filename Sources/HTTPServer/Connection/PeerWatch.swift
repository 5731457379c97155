/// Whether the client still waits for its response, and what to do when it does not.
struct PeerWatch {
    /// Whether the client has closed its side; unread bytes may remain.
    private(set) var hasEnded = false
    private var action: DisconnectAction?

    /// Registers the action of the open request.
    ///
    /// - Returns: the action, if it has to run at once.
    mutating func register(_ action: DisconnectAction) -> DisconnectAction? {
        self.action = action
        return hasEnded ? removeHalfCloseAction() : nil
    }

    /// Records that the client has closed its side or disconnected, and sends no further request.
    ///
    /// - Returns: the action to run.
    mutating func recordEnd() -> DisconnectAction? {
        hasEnded = true
        return removeHalfCloseAction()
    }

    private mutating func removeHalfCloseAction() -> DisconnectAction? {
        action?.runsAtHalfClose == true ? removeAction() : nil
    }

    /// Removes and returns the action: the response is complete, or the connection has closed.
    @discardableResult
    mutating func removeAction() -> DisconnectAction? { action.take() }
}

/// An action to run when a client no longer waits for its response.
struct DisconnectAction {
    /// Whether to run it as soon as the client closes its sending side, although it may still read.
    let runsAtHalfClose: Bool
    let run: @Sendable () -> Void
}
