/// A request as bytes, in parts that tests can spoil one by one.
struct WireRequest: Sendable {
    typealias Field = (name: String, value: String)

    var method: String
    var target: String
    var version = "HTTP/1.1"
    var fields: [Field] = [("Host", "pay.example.id")]
    var body: [UInt8] = []

    /// Whether a body is announced by `Content-Length`.
    var announcesLength = true

    init(method: String = "POST", target: String = "/v1.0/debit/notify") {
        self.method = method
        self.target = target
    }

    mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    mutating func remove(_ name: String) { fields.removeAll { $0.name == name } }

    mutating func set(_ name: String, _ value: String) {
        guard let index = fields.firstIndex(where: { $0.name == name }) else {
            return add(name, value)
        }
        fields[index].value = value
    }

    /// The value of the first field with the name.
    func value(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    /// The head through its empty line.
    var head: [UInt8] {
        var lines = ["\(method) \(target) \(version)"]
        lines += fields.map { "\($0.name): \($0.value)" }
        if announcesLength, !body.isEmpty { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    var bytes: [UInt8] { head + body }

    /// The same request with its body in chunks of so many bytes, and a trailer.
    func chunked(by size: Int) -> [UInt8] {
        var request = self
        request.announcesLength = false
        request.add("Transfer-Encoding", "chunked")
        var bytes = request.head
        var rest = body[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            bytes += Array("\(String(chunk.count, radix: 16));ext=1\r\n".utf8) + chunk
            bytes += Array("\r\n".utf8)
            rest = rest.dropFirst(size)
        }
        return bytes + Array("0\r\nX-Trailer: t\r\n\r\n".utf8)
    }
}
