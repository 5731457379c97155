/// One statement with its parameters.
package struct Query: Sendable {
    /// SQL with the parameters `$1`, `$2` ….
    package let sql: String

    package let parameters: [Parameter]

    /// The text is fixed in the program, as its type says: nothing that was received becomes part
    /// of it.
    package init(_ sql: StaticString, _ parameters: Parameter...) {
        self.init(sql, parameters: parameters)
    }

    package init(_ sql: StaticString, parameters: [Parameter]) {
        self.init(fixed: "\(sql)", parameters: parameters)
    }

    /// - Parameter sql: put together from texts that are fixed in the program.
    package init(fixed sql: String, parameters: [Parameter]) {
        self.sql = sql
        self.parameters = parameters
    }
}

/// The value of a parameter, with its type.
package enum Parameter: Equatable, Sendable {
    case integer(Int64?)

    /// Must not contain a NUL character, which PostgreSQL refuses in text.
    case text(String?)

    /// Text or `bytea`, as the statement implies: both have the same binary format. Only for
    /// `bytea` may it contain a NUL character.
    case characters(String?)
    case bytes([UInt8]?)
    case boolean(Bool?)

    // Arrays, for `= ANY($1)` and `unnest($1, …)`: a whole group in one statement.
    case integers([Int64?])
    case texts([String?])
    case byteArrays([[UInt8]?])

    /// The object identifier of the type (PostgreSQL's `pg_type.dat`).
    var typeID: UInt32 {
        switch self {
        case .boolean: 16
        case .bytes: TypeID.bytea
        case .integer: TypeID.int8
        case .text: TypeID.text
        case .characters: TypeID.unspecified
        case .byteArrays: 1_001
        case .texts: 1_009
        case .integers: 1_016
        }
    }

    /// The value in the binary format of its type; nil for NULL.
    var binary: [UInt8]? {
        switch self {
        case .integer(let value): value.map { Array(bigEndian: $0) }
        case .text(let value), .characters(let value): value.map { Array($0.utf8) }
        case .bytes(let value): value
        case .boolean(let value): value.map { [$0 ? 1 : 0] }
        case .integers(let values):
            Self.array(values.map { $0.map { Array(bigEndian: $0) } }, of: TypeID.int8)
        case .texts(let values):
            Self.array(values.map { $0.map { Array($0.utf8) } }, of: TypeID.text)
        case .byteArrays(let values): Self.array(values, of: TypeID.bytea)
        }
    }

    /// The format of `array_send`: the number of dimensions, whether there are NULLs, the type of
    /// the elements; length and first index of the dimension; each element's length, -1 for NULL,
    /// and its bytes.
    private static func array(_ elements: [[UInt8]?], of type: UInt32) -> [UInt8] {
        let hasNulls: Int32 = elements.contains { $0 == nil } ? 1 : 0
        var bytes: [UInt8] = []
        let dimensions: Int32 = elements.isEmpty ? 0 : 1
        bytes += Array(bigEndian: dimensions) + Array(bigEndian: hasNulls) + Array(bigEndian: type)
        if elements.isEmpty { return bytes }
        bytes += Array(bigEndian: Int32(elements.count)) + Array(bigEndian: 1 as Int32)
        for element in elements {
            bytes += Array(bigEndian: Int32(element?.count ?? -1))
            bytes += element ?? []
        }
        return bytes
    }

    private enum TypeID {
        static let unspecified: UInt32 = 0
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let text: UInt32 = 25
    }
}

extension [UInt8] {
    /// The bytes of a number in network byte order.
    fileprivate init(bigEndian number: some FixedWidthInteger) {
        self = (0..<number.bitWidth / 8).reversed().map {
            UInt8(truncatingIfNeeded: number >> ($0 * 8))
        }
    }
}
