/// Finds the fields with one name, without allocating.
struct Lookup {
    /// The first field with the name.
    private(set) var first: Field?

    /// Whether more than one field has the name.
    private(set) var isRepeated = false

    /// - Parameters:
    ///   - name: the field name, case-insensitive.
    ///   - fields: the fields of one head.
    ///   - bytes: the bytes that the ranges of the fields refer to.
    init(of name: String, in fields: [Field], of bytes: Span<UInt8>) {
        for field in fields where bytes.matches(name, in: field.name) {
            if first != nil {
                isRepeated = true
                return
            }
            first = field
        }
    }
}
