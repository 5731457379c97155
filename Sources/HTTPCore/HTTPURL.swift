/// An absolute `http` or `https` URL without query, fragment or credentials.
package struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    /// The URL exactly as written: signatures may cover it.
    package let text: String
    /// Whether the scheme is `https` rather than `http`.
    package let isSecure: Bool
    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    /// The port as written, else the default of the scheme.
    package let port: Int
    /// The text after the authority, exactly as written; empty or beginning with `/`.
    package let path: String

    /// The path as a request has it: in origin-form, which is never empty (RFC 9112 section 3.2.1).
    package var target: String { path.isEmpty ? "/" : path }

    package var description: String { text }

    /// Parses a URL strictly.
    ///
    /// - Throws: ``MalformedURL``, whose text says what is wrong and what is expected.
    package init(_ text: String) throws(MalformedURL) {
        guard !text.isEmpty else { throw MalformedURL("is empty, expected an http or https URL") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MalformedURL("contains a blank or a non-ASCII character, expected a URL")
        }
        if text.contains("?") { throw MalformedURL("has a query, expected a URL without one") }
        if text.contains("#") { throw MalformedURL("has a fragment, expected a URL without one") }
        let (isSecure, rest) = try Self.scheme(text)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw MalformedURL("contains credentials, expected a URL without them")
        }
        let (host, port) = try Self.hostAndPort(authority)
        self.text = text
        self.isSecure = isSecure
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        path = String(rest[authority.endIndex...])
    }

    private static func scheme(_ text: String) throws(MalformedURL) -> (Bool, Substring) {
        for (scheme, isSecure) in [("https://", true), ("http://", false)]
        where text.lowercased().hasPrefix(scheme) {
            return (isSecure, text.dropFirst(scheme.count))
        }
        throw MalformedURL("does not begin with http:// or https://, expected a URL that does")
    }

    private static func hostAndPort(_ authority: Substring) throws(MalformedURL) -> (String, Int?) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else {
                throw MalformedURL("has a \"[\" without its \"]\", expected [address]")
            }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw MalformedURL("has text between \"]\" and the port, expected [address]:port")
            }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { throw MalformedURL("has no host, expected one") }
        // A name with escapes is refused too: no resolver finds it.
        let characters: ByteClass = authority.hasPrefix("[") ? .addressLiteral : .registeredName
        guard host.utf8.allSatisfy({ characters.contains($0) }) else {
            throw MalformedURL("has no valid host, expected a name or an address")
        }
        guard let port else { return (String(host), nil) }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
            (1...65535).contains(number)
        else { throw MalformedURL("has no valid port after its host, expected 1 to 65535") }
        return (String(host), number)
    }
}

/// Why a text is not an accepted URL; the text states the fault, then what is expected.
package struct MalformedURL: Error, Equatable {
    package let text: String

    init(_ text: String) { self.text = text }
}
