import HTTPCore
import System

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
