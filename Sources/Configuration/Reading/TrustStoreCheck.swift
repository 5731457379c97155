import Crypto
import System

extension SystemTrustStore {
    /// Whether it has no certificate, so that no server can be verified.
    ///
    /// The directories come first: their names suffice, and parsing the file takes 0.1 s.
    static var isEmpty: Bool {
        let hasHashedFiles = directories.contains { directory in
            // A directory that cannot be read has no usable certificates.
            let names = try? FilePath.names(in: directory)
            return names?.contains(where: isHashedName) == true
        }
        if hasHashedFiles { return false }
        return (certificateCountOfFile() ?? 0) == 0
    }

    /// Where certificates are expected, for the operator.
    static var location: String { ([file] + directories).joined(separator: " or ") }

    /// `HHHHHHHH.D`, the names that `openssl rehash` makes.
    private static func isHashedName(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count == 8
            && parts[0].allSatisfy(\.isHexDigit) && Int(parts[1]) != nil
    }
}
