/// Finds the end of a head while it arrives, and refuses what can never become one as soon as the
/// byte that spoils it is seen.
///
/// No byte is looked at twice, but for a line ending that is cut in two.
package struct HeadScanner: Sendable {
    private enum Phase { case emptyLines, method, target, lines }

    private let limits: HTTPLimits
    private var phase = Phase.emptyLines

    /// Where the head begins: behind the empty lines in front of it.
    private var start = 0

    /// Bytes of empty lines that need not be passed any more.
    private var droppedCount = 0

    /// Everything before it has been looked at.
    private var position = 0
    private var targetStart = 0

    package init(limits: HTTPLimits) { self.limits = limits }

    /// A scanner for the heads of responses: a status line consists of the bytes that field lines
    /// do, and no empty lines may stand in front of it.
    init(responseLimits limits: HTTPLimits) {
        self.limits = limits
        phase = .lines
    }

    /// Goes on with what arrived since the last call.
    ///
    /// - Parameter bytes: everything received for this head, but for what ``dropEmptyLines()`` has
    ///   dropped: what was passed last time, and more.
    /// - Returns: where the head stands in `bytes`, through its empty line; nil when it needs more.
    /// - Throws: offsets count from the head's first byte.
    package mutating func scan(_ bytes: Span<UInt8>) throws(RequestError) -> Range<Int>? {
        if phase == .emptyLines, try !skipEmptyLines(bytes) { return nil }
        let window = Swift.min(bytes.count, start + limits.headerBytes)
        if phase == .method, try scanMethod(bytes, window) { phase = .target }
        if phase == .target, try scanTarget(bytes, window) { phase = .lines }
        if phase == .lines, let end = try scanLines(bytes, window) { return start..<end }
        guard window < bytes.count else { return nil }
        if phase == .target { throw .targetTooLong(bytesMax: limits.targetBytes) }
        throw .headTooLarge(bytesMax: limits.headerBytes)
    }

    /// Forgets the empty lines at the front of the bytes while no head has begun behind them.
    ///
    /// - Returns: how many bytes they have. They must not be passed again.
    package mutating func dropEmptyLines() -> Int {
        guard phase == .emptyLines else { return 0 }
        defer { start = 0 }
        droppedCount += start
        return start
    }

    /// RFC 9112 section 2.2: empty lines before the request line are ignored. Together they may be
    /// as long as a head.
    ///
    /// - Returns: whether the place where the head begins is known.
    private mutating func skipEmptyLines(_ bytes: Span<UInt8>) throws(RequestError) -> Bool {
        while start < bytes.count, bytes[start] == .carriageReturn {
            guard start + 1 < bytes.count else { return false }
            guard bytes[start + 1] == .lineFeed else { throw .malformed(.lineEnding, offset: 0) }
            start += 2
            if droppedCount + start > limits.headerBytes {
                throw .headTooLarge(bytesMax: limits.headerBytes)
            }
        }
        guard start < bytes.count else { return false }
        position = start
        phase = .method
        return true
    }

    /// - Returns: whether the method has ended.
    private mutating func scanMethod(
        _ bytes: Span<UInt8>,
        _ window: Int
    ) throws(RequestError) -> Bool {
        position = bytes.end(of: .token, in: position..<window)
        let count = position - start
        if count > limits.methodBytes { throw .methodTooLong(bytesMax: limits.methodBytes) }
        guard position < window else { return false }
        guard count > 0, bytes[position] == .space else {
            throw .malformed(.method, offset: count)
        }
        position += 1
        targetStart = position
        return true
    }

    /// - Returns: whether the target has ended.
    private mutating func scanTarget(
        _ bytes: Span<UInt8>,
        _ window: Int
    ) throws(RequestError) -> Bool {
        position = bytes.end(of: .target, in: position..<window)
        let count = position - targetStart
        if count > limits.targetBytes { throw .targetTooLong(bytesMax: limits.targetBytes) }
        guard position < window else { return false }
        guard count > 0, bytes[position] == .space else {
            throw .malformed(.target, offset: position - start)
        }
        position += 1
        return true
    }

    /// Looks for the empty line.
    ///
    /// - Returns: the place behind it, or nil when it has not come yet.
    private mutating func scanLines(
        _ bytes: Span<UInt8>,
        _ window: Int
    ) throws(RequestError) -> Int? {
        while true {
            position = bytes.endOfFieldValue(in: position..<window)
            guard position < window else { return nil }
            guard bytes[position] == .carriageReturn else {
                let isLineFeed = bytes[position] == .lineFeed
                throw refusal(isLineFeed ? .lineEnding : .controlCharacter, at: position)
            }
            // The position stays at the CR until the first byte of the next line is there.
            guard position + 1 < window else { return nil }
            guard bytes[position + 1] == .lineFeed else { throw refusal(.lineEnding, at: position) }
            guard position + 2 < window else { return nil }
            if bytes[position + 2] == .carriageReturn {
                guard position + 3 < window else { return nil }
                if bytes[position + 3] == .lineFeed { return position + 4 }
                throw refusal(.lineEnding, at: position + 2)
            }
            if bytes[position + 2].isBlank { throw refusal(.leadingWhitespace, at: position + 2) }
            position += 2
        }
    }

    private func refusal(_ part: MalformedPart, at index: Int) -> RequestError {
        .malformed(part, offset: index - start)
    }
}
