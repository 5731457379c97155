import System

/// The characters that the locale of the process can show (locale(7)).
package enum LocaleCharacters {
    /// Whether the character set of the locale is UTF-8. The locale C, which is in effect without
    /// variables, as in a cron job, has ASCII only.
    ///
    /// `LC_ALL` has precedence over `LC_CTYPE`, and that over `LANG`.
    package static func isUTF8(_ environment: [String: String]) -> Bool {
        let values = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
        let locale = values.first { !$0.isEmpty } ?? ""
        return ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    }

    /// `text` with every character outside ASCII as the escape of a JSON string, so that JSON stays
    /// JSON with the same values.
    static func ascii(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                escaped.unicodeScalars.append(scalar)
            } else {
                for unit in scalar.utf16 {
                    let digits = String(unit, radix: 16)
                    escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return escaped
    }
}
