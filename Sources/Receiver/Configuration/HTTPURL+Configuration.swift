import HTTPCore

extension HTTPURL {
    /// Reads the value of a key.
    init(configured text: String) throws(Malformed) {
        do throws(MalformedURL) {
            self = try HTTPURL(text)
        } catch {
            throw Malformed(error.text)
        }
    }
}
