import HTTPCore

/// The head of a kept request, taken apart.
struct KeptHead {
    private let head: RequestHead

    /// Nil for bytes that are no head, such as those of a request that was never sent.
    init?(_ bytes: [UInt8]) {
        // It was within the limits of its time, whatever they are today.
        var limits = HTTPLimits()
        limits.headerBytes = bytes.count
        limits.headerCount = bytes.count
        limits.targetBytes = bytes.count
        limits.methodBytes = bytes.count
        guard let head = try? parseRequestHead(bytes, limits: limits) else { return nil }
        self.head = head
    }

    /// As the request line has it.
    var version: String { head.version == .http10 ? "HTTP/1.0" : "HTTP/1.1" }

    /// The fields in order, names as spelled; what is not UTF-8 becomes U+FFFD.
    var fields: [(name: String, value: String)] {
        head.fields.map { (name: head.text($0.name), value: head.text($0.value)) }
    }

    /// The value of a field that stands there once; its name in any case.
    func single(_ name: String) -> [UInt8]? {
        guard case .value(let range) = head.single(name) else { return nil }
        return Array(head[range])
    }
}
