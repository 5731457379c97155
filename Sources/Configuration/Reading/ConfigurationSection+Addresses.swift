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
