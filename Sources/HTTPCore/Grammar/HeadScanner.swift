/// Finds the end of a head that arrives in pieces, and rejects a malformed head at its first wrong
/// byte.
///
/// Each byte is examined once, except a line ending that is split between two calls.
package struct HeadScanner: Sendable {
    private enum Phase { case emptyLines, method, target, lines }

    private let limits: HTTPLimits
    private var phase = Phase.emptyLines

    /// Index of the head's first byte, after any empty lines before it.
    private var start = 0

    /// Bytes of leading empty lines that the caller has dropped.
    private var droppedCount = 0

    /// All bytes before this index have been examined.
    private var position = 0
    private var targetStart = 0

    package init(limits: HTTPLimits) { self.limits = limits }

    /// A scanner for response heads.
    ///
    /// A status line consists of the same bytes as field lines, and no empty lines may precede it.
    init(responseLimits limits: HTTPLimits) {
        self.limits = limits
        phase = .lines
    }

    /// Continues with the bytes received since the last call.
    ///
    /// - Parameter bytes: all bytes received for this head, without those that ``dropEmptyLines()``
    ///   has dropped: the bytes of the last call, and the new ones.
    /// - Returns: the range of the head in `bytes`, including its empty line; nil if more bytes are
    ///   needed.
    /// - Throws: an error whose offset counts from the head's first byte.
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

    /// Drops leading empty lines as long as no head has started after them.
    ///
    /// - Returns: the number of bytes dropped; the caller must not pass them again.
    package mutating func dropEmptyLines() -> Int {
        guard phase == .emptyLines else { return 0 }
        defer { start = 0 }
        droppedCount += start
        return start
    }

    /// Skips empty lines before the request line (RFC 9112 section 2.2), up to `headerBytes` in
    /// total.
    ///
    /// - Returns: whether the head's first byte has been found.
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

    /// Searches for the empty line.
    ///
    /// - Returns: the index after it; nil if it has not arrived.
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
            // The position stays at the CR until the first byte of the next line has arrived.
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
