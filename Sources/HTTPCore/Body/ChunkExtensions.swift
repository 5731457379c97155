/// The state of a parser that reads the extensions of a chunk byte by byte (RFC 9112 section
/// 7.1.1):
///
/// ```
/// chunk-ext     = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
/// chunk-ext-val = token / quoted-string
/// ```
enum ChunkExtensions: Sendable {
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
