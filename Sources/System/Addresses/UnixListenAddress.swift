/// A Unix socket to create: its path and its permissions.
package struct UnixListenAddress: Hashable, Sendable {
    /// Not empty, without NUL. A relative path is resolved by the code that read the configuration.
    package var path: String

    /// Permission bits, 0–0o777; nil leaves them to the umask.
    package let mode: UInt32?

    /// The name or number of the group; nil for the group of the process.
    package let group: String?

    /// `sun_path` of unix(7) has 108 bytes, of which the last is NUL.
    package static let pathBytesMax = 107

    /// Reads the part after `unix:`.
    init(parsing text: String) throws(ListenAddressError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath("unix:" + text) }
        guard path.utf8.count <= Self.pathBytesMax else {
            throw .pathTooLong(path, bytesMax: Self.pathBytesMax)
        }
        var mode: UInt32?
        var group: String?
        let options = parts.count == 2 ? parts[1].split(separator: "&") : []
        for option in options.map(String.init) {
            if mode == nil, let value = option.suffix(after: "mode=") {
                mode = try Self.parseMode(value)
            } else if group == nil, let value = option.suffix(after: "group=") {
                guard !value.isEmpty, !value.utf8.contains(0) else { throw .badGroup(value) }
                group = value
            } else {
                throw .unknownOption(option)
            }
        }
        self.path = path
        self.mode = mode
        self.group = group
    }

    private static func parseMode(_ text: String) throws(ListenAddressError) -> UInt32 {
        guard (3...4).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }),
            let mode = UInt32(text, radix: 8), mode <= 0o777
        else { throw .badMode(text) }
        return mode
    }
}

extension UnixListenAddress: CustomStringConvertible {
    /// As written in the configuration.
    package var description: String {
        var options: [String] = []
        if let mode {
            let digits = String(mode, radix: 8)
            options.append("mode=" + String(repeating: "0", count: 4 - digits.count) + digits)
        }
        if let group { options.append("group=" + group) }
        return "unix:" + path + (options.isEmpty ? "" : "?" + options.joined(separator: "&"))
    }
}
