import CLinux
import Glibc

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
