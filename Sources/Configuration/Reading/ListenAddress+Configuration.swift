import System

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
