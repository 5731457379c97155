/// Decodes a chunked body (RFC 9112 section 7.1) as it arrives.
///
/// Chunk extensions are checked, limited and ignored. Trailers are checked like the fields of a
/// head, limited, and kept separate from them (RFC 9110 section 6.5.1).
package struct ChunkedDecoder: Sendable {
    private enum State: Equatable {
        case size, extensions(ChunkExtensions), sizeLineFeed
        case data, dataCarriageReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed
        case lastLineFeed, done
    }

    /// Maximum number of hexadecimal digits in a chunk size; limits leading zeros, which are
    /// allowed.
    private static let sizeDigitsMax = 16

    /// The trailer field lines as received, each with its CRLF; complete when decoding is done.
    package private(set) var trailers: [UInt8] = []

    private let limits: HTTPLimits

    /// Whether blanks may precede or follow a chunk size.
    private let allowsBlanks: Bool
    private var state = State.size
    private var sizeDigits = 0

    /// Bytes of the current chunk that have not arrived; while its size is read, the value so far.
    private var chunkRemaining = 0

    /// Decoded body bytes so far.
    private var decodedBytes = 0
    private var extensionBytes = 0
    private var trailerCount = 0

    /// Bytes of the encoded body consumed so far.
    private var offset = 0

    /// - Parameter allowsBlanks: whether blanks around a chunk size are skipped; for responses
    ///   only, because some servers pad the size to a fixed width.
    package init(limits: HTTPLimits, allowsBlanks: Bool = false) {
        self.limits = limits
        self.allowsBlanks = allowsBlanks
    }

    /// Decodes the bytes that follow those consumed by earlier calls.
    ///
    /// - Parameters:
    ///   - bytes: the bytes received; all are consumed unless the body ends among them.
    ///   - body: receives the decoded bytes.
    /// - Returns: the number of bytes consumed, and whether the body and its trailers are complete.
    /// - Throws: an error whose offset counts from the first byte of the encoded body.
    package mutating func decode(
        _ bytes: Span<UInt8>,
        into body: inout [UInt8]
    ) throws(RequestError) -> (consumed: Int, done: Bool) {
        let before = offset
        var index = 0
        while index < bytes.count, state != .done {
            if state == .data {
                let end = index + min(chunkRemaining, bytes.count - index)
                body.append(index..<end, of: bytes)
                countData(end - index)
                index = end
            } else {
                try decodeFraming(bytes[index])
                index += 1
            }
            offset = before + index
        }
        return (index, state == .done)
    }

    private mutating func countData(_ count: Int) {
        chunkRemaining -= count
        decodedBytes += count
        if chunkRemaining == 0 { state = .dataCarriageReturn }
    }

    /// Processes one byte that is not chunk data.
    private mutating func decodeFraming(_ byte: UInt8) throws(RequestError) {
        switch state {
        case .size: try decodeSize(byte)
        case .extensions(let extensions): try decodeExtension(byte, extensions)
        case .sizeLineFeed:
            try require(byte == .lineFeed, .lineEnding)
            state = chunkRemaining == 0 ? .trailerStart : .data
        case .dataCarriageReturn:
            try require(byte == .carriageReturn, .chunkEnd)
            state = .dataLineFeed
        case .dataLineFeed:
            try require(byte == .lineFeed, .chunkEnd)
            sizeDigits = 0
            state = .size
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed:
            try decodeTrailer(byte)
        case .lastLineFeed:
            try require(byte == .lineFeed, .lineEnding)
            state = .done
        case .data, .done: preconditionFailure("chunk data is not framing")
        }
    }

    private mutating func decodeSize(_ byte: UInt8) throws(RequestError) {
        if let digit = byte.hexDigitValue {
            sizeDigits += 1
            try require(sizeDigits <= Self.sizeDigitsMax, .chunkSize)
            // Checked against the limit after each digit, so that the value cannot overflow `Int`.
            chunkRemaining = chunkRemaining * 16 + digit
            if chunkRemaining > limits.bodyBytes - decodedBytes {
                throw .bodyTooLarge(bytesMax: limits.bodyBytes)
            }
            return
        }
        try require(byte != .lineFeed, .lineEnding)
        if allowsBlanks, sizeDigits == 0, byte.isBlank { return try countExtensionByte() }
        try require(sizeDigits > 0, .chunkSize)
        if byte == .carriageReturn {
            state = .sizeLineFeed
        } else {
            try require(byte.isBlank || byte == UInt8(ascii: ";"), .chunkSize)
            try decodeExtension(byte, .beforeSemicolon)
        }
    }

    /// Processes one byte of chunk extensions, which are ignored and limited in total length (RFC
    /// 9112 section 7.1.1).
    private mutating func decodeExtension(
        _ byte: UInt8,
        _ extensions: ChunkExtensions
    ) throws(RequestError) {
        let mayEnd = extensions.mayEnd || (allowsBlanks && extensions == .beforeSemicolon)
        if mayEnd, byte == .carriageReturn {
            state = .sizeLineFeed
            return
        }
        try countExtensionByte()
        try require(byte != .lineFeed, .lineEnding)
        guard let next = extensions.next(byte) else {
            let isText = ByteClass.fieldValue.contains(byte) || byte == .carriageReturn
            throw .malformed(isText ? .chunkExtension : .controlCharacter, offset: offset)
        }
        state = .extensions(next)
    }

    private mutating func countExtensionByte() throws(RequestError) {
        extensionBytes += 1
        if extensionBytes > limits.headerBytes {
            throw .chunkExtensionsTooLarge(bytesMax: limits.headerBytes)
        }
    }

    private mutating func decodeTrailer(_ byte: UInt8) throws(RequestError) {
        if state == .trailerStart, byte == .carriageReturn {
            state = .lastLineFeed
            return
        }
        if trailers.count == limits.headerBytes {
            throw .trailersTooLarge(bytesMax: limits.headerBytes)
        }
        trailers.append(byte)
        try require(byte != .lineFeed || state == .trailerLineFeed, .lineEnding)
        switch state {
        case .trailerStart:
            try require(!byte.isBlank, .leadingWhitespace)
            try require(ByteClass.token.contains(byte), .fieldName)
            trailerCount += 1
            if trailerCount > limits.headerCount {
                throw .tooManyFields(countMax: limits.headerCount)
            }
            state = .trailerName
        case .trailerName where byte == UInt8(ascii: ":"): state = .trailerValue
        case .trailerName: try require(ByteClass.token.contains(byte), .fieldName)
        case .trailerValue where byte == .carriageReturn: state = .trailerLineFeed
        case .trailerValue: try require(ByteClass.fieldValue.contains(byte), .controlCharacter)
        default:
            try require(byte == .lineFeed, .lineEnding)
            state = .trailerStart
        }
    }

    private func require(_ condition: Bool, _ part: MalformedPart) throws(RequestError) {
        if !condition { throw .malformed(part, offset: offset) }
    }
}

/// The state of a parser that reads the extensions of a chunk byte by byte (RFC 9112 section
/// 7.1.1):
///
/// ```
/// chunk-ext     = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
/// chunk-ext-val = token / quoted-string
/// ```
private enum ChunkExtensions: Sendable {
    /// After the chunk size or a quoted value.
    case beforeSemicolon
    case beforeName
    case name
    /// In blanks after a name.
    case afterName
    case beforeValue
    case value
    /// Inside a quoted value.
    case quoted
    /// After a backslash inside a quoted value.
    case escaped
    case afterQuoted

    /// Whether the line may end in this state; extensions do not end with a blank.
    var mayEnd: Bool {
        switch self {
        case .name, .value, .afterQuoted: true
        case .beforeSemicolon, .beforeName, .afterName, .beforeValue, .quoted, .escaped: false
        }
    }

    /// The state after one more byte; nil if the byte is not allowed in this state.
    func next(_ byte: UInt8) -> ChunkExtensions? {
        switch self {
        case .beforeSemicolon: Self.semicolon(byte) ?? (byte.isBlank ? .beforeSemicolon : nil)
        case .beforeName: byte.isBlank ? .beforeName : Self.token(byte, .name)
        case .name: Self.token(byte, .name) ?? Self.afterName(byte)
        case .afterName: Self.afterName(byte)
        case .beforeValue where byte == UInt8(ascii: "\""): .quoted
        case .beforeValue: byte.isBlank ? .beforeValue : Self.token(byte, .value)
        case .value: Self.token(byte, .value) ?? ChunkExtensions.beforeSemicolon.next(byte)
        case .quoted where byte == UInt8(ascii: "\""): .afterQuoted
        case .quoted where byte == UInt8(ascii: "\\"): .escaped
        case .quoted, .escaped: ByteClass.fieldValue.contains(byte) ? .quoted : nil
        case .afterQuoted: ChunkExtensions.beforeSemicolon.next(byte)
        }
    }

    private static func afterName(_ byte: UInt8) -> ChunkExtensions? {
        if byte == UInt8(ascii: "=") { return .beforeValue }
        return semicolon(byte) ?? (byte.isBlank ? .afterName : nil)
    }

    private static func semicolon(_ byte: UInt8) -> ChunkExtensions? {
        byte == UInt8(ascii: ";") ? .beforeName : nil
    }

    private static func token(_ byte: UInt8, _ place: ChunkExtensions) -> ChunkExtensions? {
        ByteClass.token.contains(byte) ? place : nil
    }
}
