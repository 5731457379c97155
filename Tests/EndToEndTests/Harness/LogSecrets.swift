import Testing

/// Searches the logs of all daemons for what must not be in them.
enum LogSecrets {
    /// A run of this many characters of base64 is a signature or a key; a fingerprint is shorter.
    private static let base64Max = 128

    /// Records an issue for each line that holds something secret.
    static func check(_ log: [String], of workspace: Workspace) {
        for line in log {
            if let secret = secret(in: line, of: workspace) {
                Issue.record("the log holds \(secret): \(line.prefix(300))")
            }
        }
    }

    /// What a line holds that it must not; nil for nothing.
    static func secret(in line: String, of workspace: Workspace) -> String? {
        for (name, token) in workspace.tokens where line.contains(token) { return "token \(name)" }
        let words = ["Bearer ", "bearer ", "PRIVATE KEY", "Authorization", "X-SIGNATURE: "]
        if let word = words.first(where: { line.contains($0) }) { return word }
        return hasBase64(line) ? "base64" : nil
    }

    /// Whether a line has a long run of base64 with letters of both cases and digits.
    private static func hasBase64(_ line: String) -> Bool {
        var count = 0
        var kinds: Set<Int> = []
        for byte in line.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): kinds.insert(0)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): kinds.insert(1)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): kinds.insert(2)
            case UInt8(ascii: "+"), UInt8(ascii: "/"): break
            default:
                count = -1
                kinds = []
            }
            count += 1
            if count >= base64Max, kinds.count == 3 { return true }
        }
        return false
    }
}
