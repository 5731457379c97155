package import HTTPClient
package import HTTPCore
import JSON5

extension Configuration {
    /// The section `cashIn`: the merchant's identity, the keys, and the settings of gateway calls.
    package struct CashIn: Sendable, Equatable {
        /// The base URL of generate and query; `http` is allowed to loopback only.
        package var baseURL: HTTPURL
        /// The prefix of `/api/v1.0/qr/…` in the signed path of outbound calls; empty, or a path
        /// that begins with `/`.
        package var signaturePathPrefix: String
        /// X-PARTNER-ID: sent in outbound calls, and expected in callbacks.
        package var clientID: String
        /// Nil in a receive-only configuration.
        package var merchantID: String?
        /// CHANNEL-ID of outbound calls.
        package var channelID: String
        /// The files of the gateway's public keys. If there are none, every callback is refused and
        /// kept.
        package var publicKeyFiles: [String]
        /// The file of the merchant's private key; nil in a receive-only configuration.
        package var privateKeyFile: String?
        /// The file of the trusted CA certificates; nil for those of the system.
        package var caFile: String?
        /// The proxy through which the gateway is reached; nil for none. From `proxyURL`.
        package var proxy: ForwardProxy?
        /// The file of the client certificate that the gateway asks for; nil for none.
        package var clientCertificateFile: String?
        /// The file of its private key; set if ``clientCertificateFile`` is.
        package var clientKeyFile: String?
        package var connectTimeoutSeconds: Int
        package var requestTimeoutSeconds: Int
        package var maxConcurrentRequests: Int
        /// The validity of a QR code in seconds, if neither the request nor the gateway states one.
        package var defaultValiditySeconds: Int

        /// Reads the section and the files that it names; nil if a required value is missing or
        /// invalid.
        init?(_ section: ConfigurationSection) {
            let baseURL = section.baseURL("baseURL")
            signaturePathPrefix = section.pathPrefix("signaturePathPrefix")
            let clientID = section.clientID("clientId")
            merchantID = section.optionalText("merchantId", expected: "the merchant id (MCH…)") {
                text throws(Malformed) in
                try checkedIdentifier(text, expected: "the merchant id (MCH…)")
            }
            let channelID = section.identifier("channelId", default: "95051", expected: "digits")
            publicKeyFiles = section.paths("publicKeyFiles")
            privateKeyFile = section.optionalPath("privateKeyFile")
            caFile = section.optionalPath("caFile")
            proxy = section.proxyURL("proxyURL")
            clientCertificateFile = section.optionalPath("clientCertificateFile")
            clientKeyFile = section.optionalPath("clientKeyFile")
            let (timeouts, validities) = (1...300, 1...31_536_000)
            connectTimeoutSeconds = section.integer(
                "connectTimeoutSeconds",
                default: 5,
                in: timeouts
            )
            requestTimeoutSeconds = section.integer(
                "requestTimeoutSeconds",
                default: 15,
                in: timeouts
            )
            maxConcurrentRequests = section.integer(
                "maxConcurrentRequests",
                default: 16,
                in: 1...1024
            )
            defaultValiditySeconds = section.integer(
                "defaultValiditySeconds",
                default: 900,
                in: validities
            )
            section.reportRepetitions(publicKeyFiles, "publicKeyFiles")
            section.loadPublicKeys("publicKeyFiles", publicKeyFiles)
            if let privateKeyFile { section.loadPrivateKey("privateKeyFile", privateKeyFile) }
            guard let baseURL, let clientID, let channelID else { return nil }
            self.baseURL = baseURL
            self.clientID = clientID
            self.channelID = channelID
            checkTransport(section)
        }
    }
}

private func checkedIdentifier(_ text: String, expected: String) throws(Malformed) -> String {
    guard !text.isEmpty else { throw Malformed("is empty, expected \(expected)") }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), text.utf8.count <= 64 else {
        throw Malformed("is not 1 to 64 visible ASCII characters, expected \(expected)")
    }
    return text
}

extension ConfigurationSection {
    fileprivate func identifier(
        _ key: String,
        default standard: String? = nil,
        expected: String
    ) -> String? {
        text(key, default: standard, expected: expected) { text throws(Malformed) in
            try checkedIdentifier(text, expected: expected)
        }
    }

    /// Reads the client id; X-PARTNER-ID has 36 characters at most (ASPI).
    fileprivate func clientID(_ key: String) -> String? {
        let id = identifier(key, expected: "the client id (CID…)")
        guard let id, id.utf8.count > Self.clientIDBytesMax else { return id }
        report(key, "has \(id.utf8.count) characters, expected at most \(Self.clientIDBytesMax)")
        return nil
    }

    private static let clientIDBytesMax = 36

    fileprivate func baseURL(_ key: String) -> HTTPURL? {
        let standard = "https://sandbox-api.cashin.co.id/pg/fo"
        return text(key, default: standard, expected: "a URL") { text throws(Malformed) in
            let url = try HTTPURL(configured: text)
            guard url.isPrivate else {
                throw Malformed(
                    "uses http to another machine, "
                        + "expected https (http is allowed to loopback only)"
                )
            }
            return url
        }
    }

    fileprivate func pathPrefix(_ key: String) -> String {
        text(key, default: "", expected: "\"\" or a path that begins with /") {
            text throws(Malformed) in
            guard text.isEmpty || (text.hasPrefix("/") && !text.hasSuffix("/")),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw Malformed(
                    "is \(JSON5Value.literal(text)), "
                        + "expected \"\" or a path that begins with / and does not end with it"
                )
            }
            return text
        } ?? ""
    }
}
