/// The meaning of a curl option for the request that is sent.
enum CurlOption: Equatable {
    case header, method, url

    /// Body data; a value that begins with `@` names a file.
    case data, binaryData, json

    /// Body data, also if the value begins with `@`.
    case rawData

    /// A body in a form that is not supported.
    case otherBody

    /// An option with a value that does not affect the request.
    case ignored

    /// An option without a value.
    case flag

    /// An unknown option, read as one without a value.
    case unknown

    /// Whether the next word, or the rest of the word, is the value of the option.
    var hasValue: Bool { self != .flag && self != .unknown }

    init(long name: String) {
        switch name {
        case "--header": self = .header
        case "--request": self = .method
        case "--url": self = .url
        case "--data", "--data-ascii": self = .data
        case "--data-binary": self = .binaryData
        case "--data-raw": self = .rawData
        case "--json": self = .json
        case "--data-urlencode", "--form", "--form-string", "--upload-file": self = .otherBody
        case _ where Self.ignoredNames.contains(name): self = .ignored
        case _ where Self.flagNames.contains(name): self = .flag
        default: self = .unknown
        }
    }

    init(short letter: UInt8) {
        switch letter {
        case UInt8(ascii: "H"): self = .header
        case UInt8(ascii: "X"): self = .method
        case UInt8(ascii: "d"): self = .data
        case UInt8(ascii: "F"), UInt8(ascii: "T"): self = .otherBody
        case _ where Self.ignoredLetters.contains(letter): self = .ignored
        case _ where Self.flagLetters.contains(letter): self = .flag
        default: self = .unknown
        }
    }

    /// Long options with a value that concerns the connection or the output.
    private static let ignoredNames: Set<String> = [
        "--user", "--output", "--user-agent", "--referer", "--cookie", "--cookie-jar", "--max-time",
        "--connect-timeout", "--write-out", "--proxy", "--proxy-user", "--cacert", "--capath",
        "--cert", "--cert-type", "--key", "--key-type", "--pass", "--dump-header", "--resolve",
        "--connect-to", "--retry", "--retry-delay", "--retry-max-time", "--interface", "--range",
        "--proto", "--proto-redir", "--max-redirs", "--ciphers", "--tls-max", "--trace",
        "--trace-ascii", "--stderr", "--limit-rate", "--unix-socket", "--oauth2-bearer", "--config",
        "--noproxy", "--socks5", "--socks5-hostname", "--keepalive-time", "--expect100-timeout",
    ]

    /// Short options with such a value.
    private static let ignoredLetters = Set("uoAebcmwxUEDrKCyYztPQ".utf8)

    /// Short options without a value.
    private static let flagLetters = Set("LksSvigfN460123#jlJMnpqRVZ".utf8)

    /// Long options without a value.
    private static let flagNames: Set<String> = [
        "--location", "--location-trusted", "--insecure", "--silent", "--show-error", "--verbose",
        "--include", "--compressed", "--fail", "--fail-with-body", "--http1.0", "--http1.1",
        "--http2", "--globoff", "--ipv4", "--ipv6", "--tlsv1.2", "--tlsv1.3", "--no-buffer",
        "--path-as-is", "--post301", "--post302", "--post303", "--raw", "--ssl-reqd",
        "--no-progress-meter", "--progress-bar", "--tcp-nodelay",
    ]
}
