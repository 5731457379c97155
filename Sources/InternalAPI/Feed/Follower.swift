import Configuration
import Synchronization

/// An open long poll or stream, which ends when its token is removed. Thread-safe.
final class Follower: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var isRevoked = false
    }

    let token: Token

    /// The scope that the route requires, and that the token must keep.
    let scope: Configuration.Scope
    private let state = Mutex(State())

    init(_ token: Token, scope: Configuration.Scope) {
        self.token = token
        self.scope = scope
    }

    /// Whether the token was removed.
    var isRevoked: Bool { state.withLock { $0.isRevoked } }

    /// Sets the task that ``revoke()`` cancels; it is cancelled at once if the token was removed
    /// already.
    func serve(by task: Task<Void, Never>) {
        let isRevoked = state.withLock { state in
            precondition(state.task == nil, "a follower is served by one task")
            state.task = task
            return state.isRevoked
        }
        if isRevoked { task.cancel() }
    }

    /// Cancels the task, because the token was removed.
    func revoke() {
        let task = state.withLock { state in
            state.isRevoked = true
            return state.task
        }
        task?.cancel()
    }

    /// Releases the task, which has ended.
    func end() { state.withLock { $0.task = nil } }
}

/// The valid tokens, and the open long polls and streams.
struct TokenList {
    private(set) var tokens: [Token]
    private var followers: [ObjectIdentifier: Follower] = [:]

    init(_ tokens: [Token]) { self.tokens = tokens }

    /// Replaces the tokens after a reload.
    ///
    /// - Returns: the followers whose token is no longer valid; the caller revokes them.
    mutating func replace(by tokens: [Token]) -> [Follower] {
        self.tokens = tokens
        return followers.values.filter { !isAllowed($0) }
    }

    /// Adds a follower; returns whether its token is still valid.
    mutating func add(_ follower: Follower) -> Bool {
        followers[ObjectIdentifier(follower)] = follower
        return isAllowed(follower)
    }

    /// Removes a follower that has ended.
    mutating func remove(_ follower: Follower) {
        followers[ObjectIdentifier(follower)] = nil
    }

    /// Whether a token with the same name and secret still has the required scope.
    private func isAllowed(_ follower: Follower) -> Bool {
        tokens.contains {
            $0.name == follower.token.name && $0.hasSecret(of: follower.token)
                && $0.allows(follower.scope)
        }
    }
}
