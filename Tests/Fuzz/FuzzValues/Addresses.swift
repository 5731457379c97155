import Glibc
import HTTPCore
import System

/// The parts of a URL make up its text.
func checkURL(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(MalformedURL) {
        let url = try HTTPURL(text)
        precondition((1...65_535).contains(url.port) && !url.host.isEmpty)
        precondition(url.text == text && url.target.hasPrefix("/"))
        precondition(!url.host.utf8.contains { "/?#@[]".utf8.contains($0) })
        let scheme = url.isSecure ? "https://" : "http://"
        let authority = text.dropFirst(scheme.count).dropLast(url.path.count)
        let host = authority.hasPrefix("[") ? "[\(url.host)]" : url.host
        precondition(text.lowercased().hasPrefix(scheme) && text.hasSuffix(url.path))
        if authority == host {
            precondition(url.port == (url.isSecure ? 443 : 80))
        } else {
            precondition(authority.hasPrefix("\(host):"))
            precondition(Int(authority.dropFirst(host.count + 1)) == url.port)
        }
    } catch {
        precondition(!error.text.isEmpty)
    }
}

/// Addresses against `inet_pton`.
func checkAddress(_ bytes: [UInt8]) {
    let address = IPAddress(bytes.span)
    var v4 = in_addr()
    var v6 = in6_addr()
    let text = bytes.map { CChar(bitPattern: $0) } + [0]
    let isV4 = !bytes.contains(0) && inet_pton(AF_INET, text, &v4) == 1
    let isV6 = !bytes.contains(0) && inet_pton(AF_INET6, text, &v6) == 1
    precondition((address != nil) == (isV4 || isV6), "another verdict than inet_pton")
    guard let address else { return }
    precondition(IPAddress(address.description) == address, "its text is another address")
    if isV4 { precondition(address == IPAddress(v4: UInt32(bigEndian: v4.s_addr))) }
    if isV6 {
        let bits = withUnsafeBytes(of: v6) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
        precondition(address == IPAddress(v6: bits))
    }
}

/// A block contains the address that its text begins with, and its text is read again.
func checkAddressBlock(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let block = try? AddressBlock(parsing: text) else { return }
    precondition((try? AddressBlock(parsing: block.description)) == block)
    guard let address = IPAddress(String(text.prefix { $0 != "/" })) else {
        preconditionFailure("a block without an address")
    }
    precondition(block.contains(address))
}
