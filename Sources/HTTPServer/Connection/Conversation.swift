import HTTPCore
import System

/// The protocol state of one connection: bytes in, next step out.
///
/// Uses no socket, clock or handler. The owner calls ``next(_:used:)`` until it returns `wait`, and
/// reports the outcome of each step with ``startBody(bytesMax:)``, ``startResponse()`` and
/// ``finishResponse()``. One request at a time: no byte is read until the response to the current
/// one is complete.
struct Conversation {
    /// The next action of the owner.
    enum Step: Equatable {
        /// Wait for more bytes, or for the response to be complete.
        case wait
        /// Decide whether to admit a request whose head is complete.
        case head(RequestHead)
        /// Send `100 Continue`, for which the client waits.
        case sendContinue
        /// Handle a whole request.
        case handle(RequestHead, body: [UInt8])
        /// Respond with the refusal and close the connection; the start of the next request is
        /// unknown.
        case refuse(RequestFailure, RequestHead?)
        /// Close the connection: the client has closed its side, and all responses are complete.
        case end
    }

    /// The part of a request that the connection waits for.
    enum Stage { case idle, head, body, response }

    private enum Phase { case head, admission, body, response, over }

    private let limits: HTTPLimits
    private var phase = Phase.head

    /// Whether bytes of the head have arrived, not counting empty lines before it.
    private var hasBegun = false
    private var scanner: HeadScanner

    /// The request whose body is being received.
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var bodyBytesMax = 0

    /// Bytes still missing from a body with Content-Length.
    private var bodyRemaining = 0

    /// Decodes a chunked body; nil for other framings.
    private var decoder: ChunkedDecoder?

    /// Whether `100 Continue` has to be sent before the body arrives.
    private var owesContinue = false
    private(set) var hasInputEnded = false

    init(limits: HTTPLimits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
    }

    var stage: Stage {
        switch phase {
        case .head: hasBegun ? .head : .idle
        case .admission, .body: .body
        case .response, .over: .response
        }
    }

    /// Processes received bytes and returns the next step.
    ///
    /// - Parameters:
    ///   - bytes: the unprocessed bytes of the last call, followed by the new ones.
    ///   - used: the number of bytes processed; the caller keeps the others.
    mutating func next(_ bytes: Span<UInt8>, used: inout Int) -> Step {
        do throws(RequestError) {
            switch phase {
            case .head: return try readHead(bytes, &used)
            case .body: return try readBody(bytes, &used)
            case .admission, .response, .over: return .wait
            }
        } catch {
            if case .bodyTooLarge(let max) = error { return refuse(.bodyTooLarge(bytesMax: max)) }
            return refuse(.malformed(error))
        }
    }

    /// Starts to receive the body of an admitted request, up to `bytesMax` bytes.
    ///
    /// - Parameter mayExceedLimit: whether that may be more than the limit for bodies.
    mutating func startBody(bytesMax: Int, mayExceedLimit: Bool = false) {
        precondition(phase == .admission, "no request waits to be admitted")
        guard let head else { preconditionFailure("a request that is admitted has a head") }
        bodyBytesMax = mayExceedLimit ? bytesMax : min(bytesMax, limits.bodyBytes)
        phase = .body
        owesContinue = head.expectsContinue
        switch head.framing {
        case .none: bodyRemaining = 0
        case .contentLength(let count): bodyRemaining = count
        case .chunked:
            var limits = limits
            limits.bodyBytes = bodyBytesMax
            decoder = ChunkedDecoder(limits: limits)
        }
    }

    /// Refuses the request; its body is not read.
    mutating func startResponse() {
        precondition(phase == .admission, "no request waits to be admitted")
        phase = .response
        head = nil
    }

    /// Starts reading the next request.
    mutating func finishResponse() {
        precondition(phase == .response, "no request waits for its response")
        phase = .head
        hasBegun = false
        scanner = HeadScanner(limits: limits)
    }

    /// Records that the client has closed its side.
    mutating func endInput() { hasInputEnded = true }

    private mutating func readHead(
        _ bytes: Span<UInt8>,
        _ used: inout Int
    ) throws(RequestError) -> Step {
        let rest = bytes.extracting(used..<bytes.count)
        guard let range = try scanner.scan(rest) else {
            // Some clients send an empty line after a body; the connection still counts as idle.
            used += scanner.dropEmptyLines()
            hasBegun = used < bytes.count
            guard hasInputEnded else { return .wait }
            return hasBegun ? refuse(.incomplete) : .end
        }
        let head = try parseRequestHead(rest.extracting(range).array(), limits: limits)
        used += range.upperBound
        self.head = head
        phase = .admission
        return .head(head)
    }

    private mutating func readBody(
        _ bytes: Span<UInt8>,
        _ used: inout Int
    ) throws(RequestError) -> Step {
        guard let head else { preconditionFailure("a request with a body has a head") }
        let rest = bytes.extracting(used..<bytes.count)
        let isComplete: Bool
        if decoder != nil {
            isComplete = try decodeChunks(rest, &used)
        } else {
            if bodyRemaining > bodyBytesMax { throw .bodyTooLarge(bytesMax: bodyBytesMax) }
            let count = min(bodyRemaining, rest.count)
            body.append(rest.extracting(0..<count))
            bodyRemaining -= count
            used += count
            isComplete = bodyRemaining == 0
        }
        if isComplete { return handle(head) }
        if hasInputEnded { return refuse(.incomplete) }
        // RFC 9110 section 10.1.1: no 100 once the body has started to arrive.
        let sendsContinue = owesContinue && rest.isEmpty
        owesContinue = false
        return sendsContinue ? .sendContinue : .wait
    }

    /// Decodes chunks; returns whether the body and its trailers are complete.
    private mutating func decodeChunks(
        _ rest: Span<UInt8>,
        _ used: inout Int
    ) throws(RequestError) -> Bool {
        guard var decoder = decoder.take() else { return false }
        let (count, isComplete) = try decoder.decode(rest, into: &body)
        used += count
        if !isComplete { self.decoder = decoder }
        return isComplete
    }

    private mutating func handle(_ head: RequestHead) -> Step {
        let whole = body
        body = []
        self.head = nil
        phase = .response
        return .handle(head, body: whole)
    }

    private mutating func refuse(_ refusal: RequestFailure) -> Step {
        let head = head
        self.head = nil
        body = []
        decoder = nil
        phase = .over
        return .refuse(refusal, head)
    }

    /// Handles a timeout of the request; returns nil if no request is being received.
    mutating func timeOut() -> Step? {
        switch stage {
        case .head: refuse(.headerTimeout)
        case .body: refuse(.bodyTimeout)
        case .idle, .response: nil
        }
    }
}
