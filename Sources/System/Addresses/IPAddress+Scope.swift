extension IPAddress {
    /// Whether routers of the Internet do not forward to the address: private, shared, link-local,
    /// loopback and unspecified addresses (RFC 6890).
    package var isPrivate: Bool { Self.privateBlocks.contains { $0.contains(self) } }

    private static let privateBlocks: [AddressBlock] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10",
    ].compactMap { try? AddressBlock(parsing: $0) }
}
