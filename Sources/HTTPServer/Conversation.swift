import HTTPCore
import Sockets

/// The requests on one connection: bytes go in, and what is to be done about them comes out.
///
/// Knows no socket, no clock and no handler. The owner asks for the ``next(_:used:)`` step until it
/// is to wait, and says what became of each: ``admit(bodyBytesMax:)``, ``beginAnswer()``,
/// ``endAnswer()``. One request at a time: while one is being answered, no byte is looked at.
struct Conversation {
    /// What is due.
    enum Step: Equatable {
        /// Nothing, until more bytes come or the answer has been given.
        case wait
        /// To decide about a request whose head is complete.
        case admit(RequestHead)
        /// To tell the client, who waits for it, that its body may come.
        case sendContinue
        /// To answer a whole request.
        case handle(RequestHead, body: [UInt8])
        /// To answer so and close the connection: where a next request begins is not known.
        case refuse(Refusal, RequestHead?)
        /// To close the connection: the client has ended its side, and everything is answered.
        case end
    }

    /// What the connection waits for.
    enum Stage { case idle, head, body, answer }

    private enum Phase { case head, admission, body, answer, over }

    private let limits: HTTPLimits
    private var phase = Phase.head

    /// Whether bytes of the head have been seen, beyond empty lines in front of it.
    private var hasBegun = false
    private var scanner: HeadScanner

    /// The request whose body is awaited.
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var bodyBytesMax = 0

    /// Bytes that are missing of a body of known length.
    private var bodyRemaining = 0

    /// For a chunked body.
    private var decoder: ChunkedDecoder?

    /// Whether the client is still to be told to send its body.
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
        case .answer, .over: .answer
        }
    }

    /// Looks at what was received.
    ///
    /// - Parameters:
    ///   - bytes: what was left of the last call's bytes, and what has come since.
    ///   - used: how many of them are done with; the others are to be kept.
    mutating func next(_ bytes: Span<UInt8>, used: inout Int) -> Step {
        do throws(RequestError) {
            switch phase {
            case .head: return try readHead(bytes, &used)
            case .body: return try readBody(bytes, &used)
            case .admission, .answer, .over: return .wait
            }
        } catch {
            if case .bodyTooLarge(let max) = error { return refuse(.bodyTooLarge(bytesMax: max)) }
            return refuse(.malformed(error))
        }
    }

    /// Lets the body of the request come, up to so many bytes.
    mutating func admit(bodyBytesMax: Int) {
        precondition(phase == .admission, "no request waits to be admitted")
        guard let head else { preconditionFailure("a request that is admitted has a head") }
        self.bodyBytesMax = min(bodyBytesMax, limits.bodyBytes)
        phase = .body
        owesContinue = head.expectsContinue
        switch head.framing {
        case .none: bodyRemaining = 0
        case .contentLength(let count): bodyRemaining = count
        case .chunked:
            var limits = limits
            limits.bodyBytes = self.bodyBytesMax
            decoder = ChunkedDecoder(limits: limits)
        }
    }

    /// Leaves the body of a request that is not admitted alone.
    mutating func beginAnswer() {
        precondition(phase == .admission, "no request waits to be admitted")
        phase = .answer
        head = nil
    }

    /// Turns to the next request.
    mutating func endAnswer() {
        precondition(phase == .answer, "no request is being answered")
        phase = .head
        hasBegun = false
        scanner = HeadScanner(limits: limits)
    }

    /// The client will send nothing more.
    mutating func endInput() { hasInputEnded = true }

    private mutating func readHead(
        _ bytes: Span<UInt8>,
        _ used: inout Int
    ) throws(RequestError) -> Step {
        let rest = bytes.extracting(used..<bytes.count)
        guard let range = try scanner.scan(rest) else {
            // Some clients send an empty line behind a body: the connection is idle all the same.
            used += scanner.dropEmptyLines()
            hasBegun = used < bytes.count
            guard hasInputEnded else { return .wait }
            return hasBegun ? refuse(.incomplete) : .end
        }
        let head = try parseRequestHead(rest.extracting(range).array(), limits: limits)
        used += range.upperBound
        self.head = head
        phase = .admission
        return .admit(head)
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
        // RFC 9110 section 10.1.1: no 100 when the body has begun to arrive.
        let sendsContinue = owesContinue && rest.isEmpty
        owesContinue = false
        return sendsContinue ? .sendContinue : .wait
    }

    /// Returns whether the body and its trailers are complete.
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
        phase = .answer
        return .handle(head, body: whole)
    }

    private mutating func refuse(_ refusal: Refusal) -> Step {
        let head = head
        self.head = nil
        body = []
        decoder = nil
        phase = .over
        return .refuse(refusal, head)
    }

    /// The client has taken too long with its request; nil when none is under way.
    mutating func timeOut() -> Step? {
        switch stage {
        case .head: refuse(.headerTimeout)
        case .body: refuse(.bodyTimeout)
        case .idle, .answer: nil
        }
    }
}
