/// Finds the fields of one name, without allocating.
struct Lookup {
    /// The first field of the name.
    private(set) var first: Field?

    /// Whether another field has the name too.
    private(set) var isRepeated = false

    /// - Parameters:
    ///   - name: in any case.
    ///   - fields: of a head.
    ///   - bytes: that the fields are ranges into.
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
