import HTTPCore
import System

/// The input of a connection: the bytes received from the socket, and the request that they form.
///
/// Uses no socket and no handler. At most one receive buffer of bytes waits in the backlog while a
/// request is handled; without them the input holds no memory.
struct ConnectionInput {
    private var conversation: Conversation
    private var backlog = Backlog()

    /// Whether the socket may have unread bytes or an unread end of input.
    private(set) var mayReceive = false

    /// Whether the backlog has unprocessed bytes or an unprocessed end of input.
    private(set) var hasUnread = false

    /// Whether nothing is read until other connections had their turn, whatever arrives meanwhile.
    private(set) var awaitsTurn = false

    /// When the first byte of the current request arrived, by the monotonic clock.
    private(set) var requestNanoseconds: UInt64 = 0

    /// Bytes dropped after the last response.
    private var droppedCount = 0

    init(limits: HTTPLimits) { conversation = Conversation(limits: limits) }

    // MARK: State

    /// The part of a request that the input waits for.
    var stage: Conversation.Stage { conversation.stage }

    /// Whether the client has closed its side, and all its bytes were received.
    var hasEnded: Bool { conversation.hasInputEnded }
    var hasBacklog: Bool { !backlog.isEmpty }

    /// Whether no further request can follow the current one.
    var isExhausted: Bool { conversation.hasInputEnded && backlog.isEmpty }

    /// Whether the head of the next request is not complete.
    var awaitsHead: Bool { conversation.stage == .idle || conversation.stage == .head }

    // MARK: Turns

    /// Stops reading until ``beginTurn()``; returns false if it has been stopped before.
    mutating func waitForTurn() -> Bool {
        defer { awaitsTurn = true }
        return !awaitsTurn
    }

    /// Continues reading.
    mutating func beginTurn() { awaitsTurn = false }

    // MARK: Bytes

    /// Records that the socket may have bytes.
    mutating func expectBytes() { mayReceive = true }

    /// Records the result of one receive into a buffer of `capacity` bytes.
    ///
    /// - Parameter hasPeerEnded: whether an end of input follows that epoll does not report again.
    mutating func record(_ received: Descriptor.Received, of capacity: Int, hasPeerEnded: Bool) {
        switch received {
        case .bytes(let count):
            // The buffer was not filled: the socket is empty, and epoll reports new bytes.
            if count < capacity, !hasPeerEnded { mayReceive = false }
        case .ended:
            mayReceive = false
            conversation.endInput()
        case .wouldBlock: mayReceive = false
        }
    }

    /// Adds bytes that were not processed.
    mutating func append(_ bytes: Span<UInt8>) { backlog.append(bytes) }

    /// Moves the backlog out, so that it can be read while the input changes.
    mutating func removeBacklog() -> Backlog {
        var removed = Backlog()
        swap(&removed, &backlog)
        return removed
    }

    /// Moves back what is left of the backlog.
    mutating func restore(_ rest: consuming Backlog) { backlog = rest }

    /// Drops the bytes that will not be processed.
    mutating func dropBacklog() { backlog = Backlog() }

    /// Counts bytes dropped after the last response; returns whether more may follow.
    mutating func drop(_ count: Int) -> Bool {
        droppedCount += count
        return droppedCount <= ServerLimits.lingerBytesMax
    }

    // MARK: The request

    /// Processes received bytes and returns the next step, as ``Conversation/next(_:used:)`` does.
    ///
    /// - Parameter now: the monotonic clock, in nanoseconds.
    mutating func next(_ bytes: Span<UInt8>, used: inout Int, now: UInt64) -> Conversation.Step {
        if conversation.stage == .idle { requestNanoseconds = now }
        return conversation.next(bytes, used: &used)
    }

    /// Records that all steps were made that the received bytes allow.
    mutating func finishReading() { hasUnread = false }

    /// Records that reading has stopped before a step, with `unusedCount` unprocessed bytes.
    mutating func pauseReading(unusedCount: Int) {
        hasUnread = unusedCount > 0 || conversation.hasInputEnded
    }

    /// Starts to receive the body of an admitted request, as ``Conversation`` describes it.
    mutating func startBody(bytesMax: Int, mayExceedLimit: Bool) {
        conversation.startBody(bytesMax: bytesMax, mayExceedLimit: mayExceedLimit)
    }

    /// Refuses the request; its body is not read.
    mutating func startResponse() { conversation.startResponse() }

    /// Starts reading the next request.
    mutating func finishResponse() { conversation.finishResponse() }

    /// Handles a timeout of the request; returns nil if no request is being received.
    mutating func timeOut() -> Conversation.Step? { conversation.timeOut() }
}
