/// The address of a listener, as written in the configuration.
package enum ListenAddress: Hashable, Sendable {
    /// `host:port` or `[v6]:port`; port 0 lets the system choose one.
    case ip(IPAddress, port: UInt16)
    /// `unix:/path?mode=0660&group=www-data`.
    case unix(UnixListenAddress)
    /// `systemd:NAME`: the sockets that the service manager passed under that name.
    case systemd(name: String)

    package init(parsing text: String) throws(ListenAddressError) {
        if let rest = text.suffix(after: "unix:") {
            self = .unix(try UnixListenAddress(parsing: rest))
        } else if let name = text.suffix(after: "systemd:") {
            // systemd.socket(5): ASCII, no control characters and no colon, at most 255 of them.
            guard (1...255).contains(name.utf8.count),
                name.utf8.allSatisfy({ (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ":") })
            else { throw .badName(text) }
            self = .systemd(name: name)
        } else {
            self = try Self.parseIP(text)
        }
    }

    /// Whether only this machine can connect; nil when the service manager decides it.
    package var isLoopback: Bool? {
        switch self {
        case .ip(let address, _): address.isLoopback
        case .unix: true
        case .systemd: nil
        }
    }

    private static func parseIP(_ text: String) throws(ListenAddressError) -> ListenAddress {
        guard let colon = text.lastIndex(of: ":") else { throw .unknownForm(text) }
        var host = String(text[..<colon])
        let portText = text[text.index(after: colon)...]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { throw .badHost(text) }
        } else if host.contains(":") {
            throw .bracketsMissing(text)
        }
        // RFC 6761 section 6.3: this name is the loopback address, whatever a resolver says.
        let address = host == "localhost" ? IPAddress(v4: 0x7f00_0001) : IPAddress(host)
        guard let address else { throw .badHost(text) }
        guard (1...5).contains(portText.utf8.count),
            portText.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(portText)
        else { throw .badPort(text) }
        return .ip(address, port: port)
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ip(let address, let port): SocketAddress.ip(address, port: port).description
        case .unix(let unix): unix.description
        case .systemd(let name): "systemd:\(name)"
        }
    }
}

extension String {
    /// The part after `prefix`; nil when the string does not begin with it.
    func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}

/// Why a text is not a ``ListenAddress``; the description says what was expected.
package enum ListenAddressError: Error, Equatable, CustomStringConvertible {
    case unknownForm(String)
    case badHost(String)
    case bracketsMissing(String)
    case badPort(String)
    case badName(String)
    case badPath(String)
    case pathTooLong(String, bytesMax: Int)
    case badMode(String)
    case badGroup(String)
    case unknownOption(String)

    package var description: String {
        switch self {
        case .unknownForm(let text):
            "\"\(text)\" is not an address; expected host:port, [v6]:port, unix:/path or "
                + "systemd:NAME"
        case .badHost(let text):
            "\"\(text)\" has no IP address before the port; expected one like 127.0.0.1, [::1] "
                + "or localhost (other names are not resolved)"
        case .bracketsMissing(let text):
            "\"\(text)\" has an IPv6 address without brackets; expected [v6]:port"
        case .badPort(let text):
            "\"\(text)\" has no valid port; expected a number from 0 (any) to 65535"
        case .badName(let text):
            "\"\(text)\" is not the name of a passed socket; expected systemd: and a "
                + "FileDescriptorName"
        case .badPath(let text):
            "\"\(text)\" is not a socket path; expected unix: and a path without NUL, as in "
                + "unix:/run/cashin/notify.sock?mode=0660"
        case .pathTooLong(let text, let bytesMax):
            "socket path \"\(text)\" is too long; expected at most \(bytesMax) bytes"
        case .badMode(let text): "mode \"\(text)\" is not a file mode; expected octal 0000 to 0777"
        case .badGroup(let text):
            "group \"\(text)\" is not a group name; expected one like www-data"
        case .unknownOption(let text):
            "\"\(text)\" is not an option of a Unix socket; expected mode=0660 or group=NAME, once "
                + "each"
        }
    }
}

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
