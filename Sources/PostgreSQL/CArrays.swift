import Glibc

/// Passes texts to `body` as an array of C strings that ends with a null pointer.
func withCStrings<Value>(_ texts: [String], _ body: (Libpq.Texts) -> Value) -> Value {
    let copies = unsafe texts.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    let pointers = unsafe copies.map { unsafe UnsafePointer($0) } + [nil]
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
}

/// Passes values to `body` as two arrays: of pointers, null for nil, and of their lengths.
func withPointers<Value>(
    _ values: [[UInt8]?],
    _ body: (Libpq.Texts, UnsafePointer<CInt>?) -> Value
) -> Value {
    // One block, so that no pointer outlives its array. It is never empty: an empty value is none
    // that is null.
    var block: [UInt8] = []
    block.reserveCapacity(values.reduce(1) { $0 + ($1?.count ?? 0) })
    for value in values { block.append(contentsOf: value ?? []) }
    block.append(0)
    let lengths = values.map { CInt($0?.count ?? 0) } + [0]
    return unsafe block.withUnsafeBytes { block in
        var offset = 0
        var starts: [UnsafePointer<CChar>?] = unsafe []
        for value in values {
            let start = unsafe value == nil ? nil : block.baseAddress.map { unsafe $0 + offset }
            unsafe starts.append(start?.assumingMemoryBound(to: CChar.self))
            offset += value?.count ?? 0
        }
        unsafe starts.append(nil)
        return unsafe starts.withUnsafeBufferPointer { starts in
            unsafe lengths.withUnsafeBufferPointer { lengths in
                unsafe body(starts.baseAddress, lengths.baseAddress)
            }
        }
    }
}
