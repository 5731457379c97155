import CLinux
import Glibc

/// The local or remote address of a socket.
package enum SocketAddress: Hashable, Sendable {
    case ip(IPAddress, port: UInt16)
    /// A Unix socket; the path is empty for an unnamed socket, as clients have.
    case unix(path: String)

    /// The IP address, or nil for a Unix socket.
    package var address: IPAddress? {
        guard case .ip(let address, _) = self else { return nil }
        return address
    }
}

extension SocketAddress: CustomStringConvertible {
    /// As written in the configuration: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x.sock`.
    package var description: String {
        switch self {
        case .ip(let address, let port):
            address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

extension SocketAddress {
    /// Calls `body` with the address in the form that `bind(2)` and `connect(2)` take.
    func withSockaddr<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        var storage = sockaddr_storage()
        let size = unsafe withUnsafeMutableBytes(of: &storage) { unsafe fill($0) }
        return try unsafe withUnsafePointer(to: &storage) { (pointer) throws(SystemError) in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(SystemError) in
                try unsafe body(address, socklen_t(size))
            }
        }
    }

    /// Writes the structure of the address's family; returns how many bytes of it are used.
    private func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        switch self {
        case .ip(let address, let port) where address.family == .v4:
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr.s_addr = UInt32(address.bits).bigEndian
            unsafe bytes.storeBytes(of: value, as: sockaddr_in.self)
            return MemoryLayout<sockaddr_in>.size
        case .ip(let address, let port):
            var value = sockaddr_in6()
            value.sin6_family = sa_family_t(AF_INET6)
            value.sin6_port = port.bigEndian
            let bits = address.bits.bigEndian
            unsafe withUnsafeMutableBytes(of: &value.sin6_addr) {
                unsafe $0.storeBytes(of: bits, as: UInt128.self)
            }
            unsafe bytes.storeBytes(of: value, as: sockaddr_in6.self)
            return MemoryLayout<sockaddr_in6>.size
        case .unix(let path):
            let family = sa_family_t(AF_UNIX)
            unsafe bytes.storeBytes(of: family, as: sa_family_t.self)
            let name = Array(path.utf8.prefix(UnixListenAddress.pathBytesMax))
            let offset = Self.pathOffset
            for (index, byte) in name.enumerated() { unsafe bytes[offset + index] = byte }
            // The byte after the path is zero already, and belongs to the address.
            return offset + name.count + 1
        }
    }

    /// The offset of `sun_path`, directly after the family.
    private static let pathOffset = MemoryLayout<sa_family_t>.size

    /// Reads the result of `accept4(2)` or `getsockname(2)`; nil for other families.
    init?(_ storage: sockaddr_storage, size: socklen_t) {
        var storage = storage
        let family = CInt(storage.ss_family)
        let parsed: SocketAddress? = unsafe withUnsafeBytes(of: &storage) { bytes in
            switch family {
            case AF_INET:
                let value = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
                let address = IPAddress(v4: UInt32(bigEndian: value.sin_addr.s_addr))
                return .ip(address, port: UInt16(bigEndian: value.sin_port))
            case AF_INET6:
                var value = unsafe bytes.loadUnaligned(as: sockaddr_in6.self)
                let bits = unsafe withUnsafeBytes(of: &value.sin6_addr) {
                    unsafe $0.loadUnaligned(as: UInt128.self)
                }
                let address = IPAddress(v6: UInt128(bigEndian: bits))
                return .ip(address, port: UInt16(bigEndian: value.sin6_port))
            case AF_UNIX:
                // unix(7): an unnamed socket's address is the family alone.
                let end = max(Self.pathOffset, min(Int(size), bytes.count))
                let path = unsafe bytes[Self.pathOffset..<end].prefix { $0 != 0 }
                return unsafe .unix(path: String(decoding: path, as: UTF8.self))
            default:
                return nil
            }
        }
        guard let parsed else { return nil }
        self = parsed
    }
}

/// Why a name could not be resolved.
package struct ResolutionError: Error, Hashable, CustomStringConvertible {
    /// A value of `EAI_…`.
    package let code: CInt

    /// The resolver's text, such as `Name or service not known`.
    package let description: String
}

/// The addresses of a host, each once, in the order in which they should be tried (RFC 6724).
///
/// Blocks as long as the system's resolver does, which may be many seconds. Wraps `getaddrinfo(3)`.
package func resolve(_ host: String, port: UInt16) throws(ResolutionError) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else {
        let text =
            code == EAI_SYSTEM
            ? SystemError(call: "getaddrinfo", code: errno).description
            : unsafe String(cString: gai_strerror(code))
        throw ResolutionError(code: code, description: text)
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = unsafe list
    while let current = unsafe entry?.pointee {
        if let address = unsafe address(of: current, port: port), !addresses.contains(address) {
            addresses.append(address)
        }
        unsafe entry = current.ai_next
    }
    return addresses
}

/// The address of one entry; nil for a family other than IPv4 and IPv6.
private func address(of entry: addrinfo, port: UInt16) -> SocketAddress? {
    var storage = sockaddr_storage()
    let size = unsafe Int(entry.ai_addrlen)
    guard let source = unsafe entry.ai_addr, size <= MemoryLayout<sockaddr_storage>.size else {
        return nil
    }
    unsafe withUnsafeMutableBytes(of: &storage) { bytes in
        unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: source, count: size))
    }
    guard let address = SocketAddress(storage, size: socklen_t(size))?.address else { return nil }
    return .ip(address, port: port)
}
