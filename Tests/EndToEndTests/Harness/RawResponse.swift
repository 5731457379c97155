import Foundation

/// A response as it came: status, fields in order, body.
struct RawResponse: Sendable {
    let version: String
    let status: Int
    let fields: [(name: String, value: String)]
    var body: [UInt8] = []

    /// Reads a head that ends with an empty line.
    init?(head: String) {
        let lines = head.split(separator: "\r\n")
        guard let parts = lines.first?.split(separator: " ", maxSplits: 2), parts.count >= 2,
            parts[0].hasPrefix("HTTP/"), let status = Int(parts[1])
        else { return nil }
        version = String(parts[0])
        self.status = status
        fields = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1).drop { $0 == " " }
            return (String(name), String(value))
        }
    }

    /// The value of a field that is there once.
    subscript(name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }
        return values.count == 1 ? values[0].value : nil
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; null when it is none.
    var json: JSON { JSON(body) }

    /// `responseCode` of a SNAP answer.
    var code: String? { json["responseCode"].text }

    /// `responseMessage` of a SNAP answer.
    var message: String? { json["responseMessage"].text }
}
