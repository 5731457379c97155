import HTTPCore
import System

extension ConfigurationSection {
    /// One listen address or several, each once.
    func listenAddresses(_ key: String, default standard: String) -> [ListenAddress] {
        let expected = "host:port, [v6]:port, unix:/path or systemd:NAME"
        let addresses = texts(key, default: [standard], allowsSingle: true, expected: expected) {
            text throws(Malformed) in
            try ListenAddress(configured: text, paths: reader.paths)
        }
        amend(.array(addresses.map { .string($0.description) }))
        for (index, address) in addresses.enumerated()
        where addresses[..<index].contains(where: { $0.collides(with: address) }) {
            report(key, at: index, "repeats \(address), expected each once")
        }
        return addresses
    }

    /// Blocks of addresses in CIDR form.
    func addressBlocks(_ key: String, default standard: [String]) -> [AddressBlock] {
        let expected = "a form like 10.0.0.0/8 or ::1/128"
        return texts(key, default: standard, expected: expected) { text throws(Malformed) in
            do throws(AddressBlockError) {
                return try AddressBlock(parsing: text)
            } catch {
                throw Malformed(error.description)
            }
        }
    }
}

extension HTTPURL {
    /// Reads the value of a key.
    init(configured text: String) throws(Malformed) {
        do throws(MalformedURL) {
            self = try HTTPURL(text)
        } catch {
            throw Malformed(error.text)
        }
    }

    /// Whether nobody on the way can read what is sent there: it is encrypted, or stays on this
    /// machine.
    package var isPrivate: Bool {
        isSecure || host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
    }
}

extension ListenAddress {
    /// Reads an address as configured; a Unix socket's path is resolved like any other path.
    init(configured text: String, paths: ConfigurationPaths) throws(Malformed) {
        do throws(ListenAddressError) {
            self = try ListenAddress(parsing: text)
        } catch {
            throw Malformed(error.description)
        }
        guard case .unix(var unix) = self else { return }
        unix.path = try paths.resolve(unix.path)
        guard unix.path.utf8.count <= UnixListenAddress.pathBytesMax else {
            throw Malformed(
                "\(JSON5Value.literal(unix.path)) is too long for a socket; "
                    + "expected at most \(UnixListenAddress.pathBytesMax) bytes"
            )
        }
        self = .unix(unix)
    }

    /// Port 0: the system chooses, so that two of them never collide.
    var takesAnyPort: Bool {
        guard case .ip(_, let port) = self else { return false }
        return port == 0
    }

    /// Whether binding both would fail or shadow one: the mode and group of a socket do not matter.
    func collides(with other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.unix(let first), .unix(let second)): first.path == second.path
        default: self == other && !takesAnyPort
        }
    }
}
