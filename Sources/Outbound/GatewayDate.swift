import HTTPCore
import Text

/// The time in the Date field of a gateway's response: the gateway's clock, to the second.
enum GatewayDate {
    /// The time of the Date field of a response's head, in milliseconds since the epoch; nil
    /// without one in the form that RFC 9110, section 5.6.7, requires senders to use.
    static func milliseconds(inHead head: [UInt8]) -> Int64? {
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "date"
            else { continue }
            return milliseconds(of: line[line.index(after: colon)...])
        }
        return nil
    }

    /// The time of an IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func milliseconds(of text: Substring) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[1].utf8.count == 2,
            let month = HTTPDate.months.firstIndex(where: { $0 == words[2] })
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let time = Array("\(words[3])-\(number)-\(words[1])T\(words[4])Z".utf8)
        return Timestamp(rfc3339: time.span)?.milliseconds
    }
}
