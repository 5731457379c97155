import HTTPCore
import JSON5
import System

extension ConfigurationSection {
    /// Reads one listen address or an array of them, without duplicates.
    func listenAddresses(_ key: String, default standard: String) -> [ListenAddress] {
        let expected = "host:port, [v6]:port, unix:/path or systemd:NAME"
        let addresses = texts(key, default: [standard], allowsSingle: true, expected: expected) {
            text throws(Malformed) in
            try ListenAddress(configured: text, paths: reader.paths)
        }
        amend(.array(addresses.map { .string($0.description) }))
        for (index, address) in addresses.enumerated()
        where addresses[..<index].contains(where: { $0.collides(with: address) }) {
            report(key, at: index, "repeats \(address), expected each address once")
        }
        return addresses
    }

    /// Reads address blocks in CIDR form.
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
    /// Parses the value of a key.
    init(configured text: String) throws(Malformed) {
        do throws(MalformedURL) {
            self = try HTTPURL(text)
        } catch {
            throw Malformed(error.text)
        }
    }

    /// Whether traffic to this URL cannot be read on the network: it uses TLS or goes to loopback.
    package var isPrivate: Bool {
        isSecure || host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
    }
}

extension ListenAddress {
    /// Parses a configured address; the path of a Unix socket is resolved like any other path.
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
                "\(JSON5Value.literal(unix.path)) is too long for a Unix socket; "
                    + "expected at most \(UnixListenAddress.pathBytesMax) bytes"
            )
        }
        self = .unix(unix)
    }

    /// Whether the port is 0: the system chooses a free port, so two such addresses do not collide.
    var usesAnyPort: Bool {
        guard case .ip(_, let port) = self else { return false }
        return port == 0
    }

    /// Whether binding both addresses would fail, or hide one behind the other.
    ///
    /// Two Unix sockets with the same path collide, whatever their modes and groups are.
    func collides(with other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.unix(let first), .unix(let second)): first.path == second.path
        default: self == other && !usesAnyPort
        }
    }
}
