import Configuration
import Synchronization

/// A long poll or a stream that is open: it ends when its token does.
final class Follower: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var isRevoked = false
    }

    let token: Token
    let scope: Configuration.Scope
    private let state = Mutex(State())

    init(_ token: Token, scope: Configuration.Scope) {
        self.token = token
        self.scope = scope
    }

    /// Whether its token was taken away.
    var isRevoked: Bool { state.withLock { $0.isRevoked } }

    /// Lets ``revoke()`` cancel the task that serves it.
    func serve(by task: Task<Void, Never>) {
        let isRevoked = state.withLock { state in
            precondition(state.task == nil, "a follower is served by one task")
            state.task = task
            return state.isRevoked
        }
        if isRevoked { task.cancel() }
    }

    /// Ends it: its token was taken away.
    func revoke() {
        let task = state.withLock { state in
            state.isRevoked = true
            return state.task
        }
        task?.cancel()
    }

    /// Lets go of the task, which is over.
    func end() { state.withLock { $0.task = nil } }
}

/// The tokens that are valid now, and the waits and streams that are open with them.
struct TokenList {
    private(set) var tokens: [Token]
    private var followers: [ObjectIdentifier: Follower] = [:]

    package init(_ tokens: [Token]) { self.tokens = tokens }

    /// Replaces the tokens; returns the followers that lose theirs, which are to be revoked.
    mutating func replace(by tokens: [Token]) -> [Follower] {
        self.tokens = tokens
        return followers.values.filter { !isAllowed($0) }
    }

    /// Adds a follower that began with a token; returns whether that is valid still.
    mutating func add(_ follower: Follower) -> Bool {
        followers[ObjectIdentifier(follower)] = follower
        return isAllowed(follower)
    }

    /// Forgets a follower.
    mutating func remove(_ follower: Follower) {
        followers[ObjectIdentifier(follower)] = nil
    }

    /// Whether a token of the same name and secret still gives the right to follow.
    private func isAllowed(_ follower: Follower) -> Bool {
        tokens.contains {
            $0.name == follower.token.name && $0.hasSecret(of: follower.token)
                && $0.allows(follower.scope)
        }
    }
}
