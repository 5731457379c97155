import Crypto
import Text

/// Parses a callback from JSON: a HAR file (HTTP Archive 1.2), or the document that
/// `GET /v1/callbacks/{id}` returns, also as an element of its list.
struct CallbackDocument {
    private(set) var callback: CapturedCallback
    private(set) var notes: [String] = []

    /// Levels of JSON that are read; archives of browsers have about ten.
    private static let nestingMax = 64

    /// Nil for JSON of another kind, and for a text that is not JSON.
    ///
    /// - Throws: ``CaptureError`` if the document is of such a kind, but contains no callback.
    init?(_ text: ArraySlice<UInt8>) throws(CaptureError) {
        guard let root = (try? JSONDocument(Array(text), nestingMax: Self.nestingMax))?.root else {
            return nil
        }
        if let entries = root["log"]?["entries"] {
            let requests = entries.elements.filter { $0["request"] != nil }
            let wanted = requests.filter { Self.isCallback($0["request"]) }
            guard let entry = wanted.first ?? requests.first, let request = entry["request"] else {
                throw CaptureError("the archive contains no request")
            }
            callback = try Self.archived(request)
            if requests.count > 1 {
                notes.append(
                    "The archive contains \(requests.count) requests; the first one with "
                        + "X-SIGNATURE was read."
                )
            }
            let started = entry["startedDateTime"]?.string
            if let time = started.flatMap({ Timestamp(rfc3339: Array($0.utf8).span) }) {
                callback.receivedMilliseconds = time.milliseconds
                notes.append("The time of receipt is the start of the request in the archive.")
            }
        } else if let document = root["callbacks"]?.elements.first ?? Optional(root),
            document["headers"]?.kind == .array || document["erased"] != nil
        {
            callback = try Self.stored(document)
            if let count = root["callbacks"]?.elements.count, count > 1 {
                notes.append("The list contains \(count) callbacks; the first one was read.")
            }
        } else {
            return nil
        }
    }

    /// Whether an archived request has X-SIGNATURE.
    private static func isCallback(_ request: JSONValue?) -> Bool {
        request?["headers"]?.elements.contains {
            $0["name"]?.string?.lowercased() == "x-signature"
        } ?? false
    }

    /// The header fields of an array of names and values; HTTP/2's pseudo fields are left out.
    private static func fields(_ headers: JSONValue?) -> [CapturedCallback.Field] {
        (headers?.elements ?? []).compactMap { header in
            guard let name = header["name"]?.string, let value = header["value"]?.string,
                !name.hasPrefix(":")
            else { return nil }
            return CapturedCallback.Field(name: name, value: Array(value.utf8).trimmingBlanks())
        }
    }

    /// The bytes of a member that is text, or base64 if `isBase64`.
    private static func bytes(_ text: String, isBase64: Bool) throws(CaptureError) -> [UInt8] {
        if !isBase64 { return Array(text.utf8) }
        guard let bytes = Base64.decode(Array(text.utf8).span) else {
            throw CaptureError("its body is not the base64 that it says it is")
        }
        return bytes
    }

    /// A request of a HAR file.
    private static func archived(_ request: JSONValue) throws(CaptureError) -> CapturedCallback {
        let data = request["postData"]
        let encoding = data?["encoding"]?.string ?? data?["_encoding"]?.string
        let location = SignedPath(request["url"]?.string ?? "")
        let path = location.path.isEmpty ? "/" : location.path
        return CapturedCallback(
            method: request["method"]?.string ?? "POST",
            target: path + (location.query.map { "?" + $0 } ?? ""),
            fields: fields(request["headers"]),
            body: try bytes(data?["text"]?.string ?? "", isBase64: encoding == "base64")
        )
    }

    /// A callback as the API shows it.
    private static func stored(_ document: JSONValue) throws(CaptureError) -> CapturedCallback {
        guard let line = document["requestLine"]?.string else {
            throw CaptureError("the head and body of the callback were erased")
        }
        let words = line.split(separator: " ").map(String.init)
        let received = document["receivedAt"]?.string
            .flatMap { Timestamp(rfc3339: Array($0.utf8).span) }
        let encoded = document["bodyBase64"]?.string
        return CapturedCallback(
            method: words.first ?? "",
            target: words.count > 1 ? words[1] : "",
            fields: fields(document["headers"]),
            body: try bytes(
                encoded ?? document["body"]?.string ?? "",
                isBase64: encoded != nil
            ),
            receivedMilliseconds: received?.milliseconds
        )
    }
}
