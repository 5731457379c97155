import HTTPCore
package import HTTPClient
import JSON5
import Text

extension ClientSettings {
    /// The limits, trust and proxy of gateway calls.
    package init(_ cashIn: Configuration.CashIn) {
        self.init()
        connectTimeoutSeconds = cashIn.connectTimeoutSeconds
        requestTimeoutSeconds = cashIn.requestTimeoutSeconds
        connectionsMax = cashIn.maxConcurrentRequests
        caFile = cashIn.caFile
        proxy = cashIn.proxy
        clientCertificateFile = cashIn.clientCertificateFile
        clientKeyFile = cashIn.clientKeyFile
    }
}

extension Configuration.CashIn {
    /// Reports files for TLS that cannot be used, as a start of `serve` would find them.
    func checkTransport(_ section: ConfigurationSection) {
        guard section.reader.context.readsFiles, caFile != nil || hasClientFiles else { return }
        let files = [
            ("caFile", caFile), ("clientCertificateFile", clientCertificateFile),
            ("clientKeyFile", clientKeyFile),
        ]
        let areReadable = files.map { key, file in
            file.map { section.isReadable($0, key) } ?? true
        }
        guard areReadable.allSatisfy({ $0 }) else { return }
        do throws(TLSFileError) {
            try ClientSettings(self).checkFiles()
        } catch {
            let problem = error.file.isEmpty ? error.problem : quotedProblem(error)
            section.report(Self.key(of: error.setting), problem)
        }
    }

    private var hasClientFiles: Bool { clientCertificateFile != nil || clientKeyFile != nil }

    private func quotedProblem(_ error: TLSFileError) -> String {
        "\(JSON5Value.literal(error.file)) \(error.problem)"
    }

    private static func key(of setting: TLSFileError.Setting) -> String {
        switch setting {
        case .caFile, .none: "caFile"
        case .clientCertificateFile: "clientCertificateFile"
        case .clientKeyFile: "clientKeyFile"
        }
    }
}

extension ConfigurationSection {
    /// Reads `http://[user:password@]host:port`; the printed value has no password.
    func proxyURL(_ key: String) -> ForwardProxy? {
        let expected = "http://[user:password@]host:port"
        let proxy = optionalText(key, expected: expected) { text throws(Malformed) in
            try ForwardProxy(configured: text)
        }
        if let proxy { amend(.string(proxy.redactedURL)) } else { amend(.null) }
        return proxy
    }
}

extension ForwardProxy {
    /// Parses the value of a key; errors contain no password.
    init(configured text: String) throws(Malformed) {
        let form = "expected http://[user:password@]host:port"
        guard !text.lowercased().hasPrefix("https://") else {
            throw Malformed("is an https proxy, \(form); TLS to the gateway runs inside the tunnel")
        }
        guard text.lowercased().hasPrefix("http://") else {
            throw Malformed("does not begin with http://, \(form)")
        }
        let rest = text.dropFirst("http://".count)
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        guard rest[end...].isEmpty || rest[end...] == "/" else {
            throw Malformed("has a path or a query, \(form)")
        }
        let authority = rest[..<end]
        let at = authority.lastIndex(of: "@")
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        let url = try HTTPURL(configured: "http://\(place)")
        guard place.hasSuffix(":\(url.port)") else { throw Malformed("has no port, \(form)") }
        let credentials = try at.map { at throws(Malformed) in
            try Credentials(userInfo: authority[..<at])
        }
        self.init(host: url.host, port: url.port, credentials: credentials)
    }

    /// The URL with `***` in place of the password.
    var redactedURL: String {
        "http://" + (credentials.map { "\($0.user):***@" } ?? "") + authority
    }
}

extension ForwardProxy.Credentials {
    /// Parses `user:password`, in which any byte may be percent-encoded (RFC 3986 section 3.2.1).
    fileprivate init(userInfo: Substring) throws(Malformed) {
        let parts = userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = Self.decoded(parts[0]),
            let password = Self.decoded(parts[1]), !user.isEmpty, !user.contains(":")
        else {
            throw Malformed(
                "has no valid user name and password before the \"@\", expected user:password "
                    + "with other characters percent-encoded"
            )
        }
        self.init(user: user, password: password)
    }

    private static func decoded(_ text: Substring) -> String? {
        guard let bytes = PercentEncoding.decoded(text.utf8),
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
