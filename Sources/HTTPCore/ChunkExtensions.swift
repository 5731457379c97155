/// Where the extensions of a chunk stand, byte by byte (RFC 9112 section 7.1.1):
///
/// ```
/// chunk-ext     = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
/// chunk-ext-val = token / quoted-string
/// ```
enum ChunkExtensions: Sendable {
    /// Behind the size or a quoted value.
    case beforeSemicolon
    case beforeName
    case name
    /// In blanks behind a name.
    case afterName
    case beforeValue
    case value
    /// Within a quoted value.
    case quoted
    /// Behind a backslash in it.
    case escaped
    case afterQuoted

    /// Whether the line may end here: no blank stands at its end.
    var mayEnd: Bool {
        switch self {
        case .name, .value, .afterQuoted: true
        case .beforeSemicolon, .beforeName, .afterName, .beforeValue, .quoted, .escaped: false
        }
    }

    /// Where they stand behind one more byte, or nil when the byte cannot be part of them.
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
