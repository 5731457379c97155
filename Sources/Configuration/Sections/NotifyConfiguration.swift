package import HTTPCore
package import Ledger
package import Snap
package import System

extension Configuration {
    /// The section `notify`: the listener for callbacks, and the rules by which they are judged.
    package struct Notify: Sendable, Equatable {
        /// At least one address, without duplicates.
        package var listen: [ListenAddress]
        /// The notification URL that is registered with the gateway; it has a path.
        package var publicURL: HTTPURL
        /// The paths or URLs that the gateway may have signed; never empty.
        package var signaturePaths: [String]
        /// The body forms that a signature may cover; never empty.
        package var signatureBodies: [SignatureBody]
        /// The allowed difference between X-TIMESTAMP and the time of receipt; 0 for no check.
        package var timestampToleranceSeconds: Int
        package var staleTimestamp: StaleTimestamp
        package var confirmWithQuery: ConfirmWithQuery
        package var externalIDConflict: ExternalIDConflict
        package var unknownTransactions: UnknownTransactions
        package var amountMismatch: AmountMismatch
        package var referenceRoles: ReferenceRoles
        /// The client addresses from which callbacks are accepted; empty for all.
        package var allowedAddresses: [AddressBlock]
        /// The proxies whose X-Forwarded-For is used to find the client address.
        package var trustedProxies: [AddressBlock]

        /// Reads the section; nil if a required value is missing or invalid.
        init?(_ section: ConfigurationSection) {
            listen = section.listenAddresses("listen", default: "127.0.0.1:8080")
            let publicURL = section.publicURL("publicURL")
            signaturePaths = section.signaturePaths("signaturePaths", publicURL: publicURL)
            signatureBodies = section.words("signatureBodies", default: [.raw, .minified])
            timestampToleranceSeconds = section.integer(
                "timestampToleranceSeconds",
                default: 300,
                in: 0...604_800
            )
            staleTimestamp = section.word("staleTimestamp", default: .confirm)
            confirmWithQuery = section.word("confirmWithQuery", default: .unproven)
            externalIDConflict = section.word("externalIdConflict", default: .auto)
            unknownTransactions = section.word("unknownTransactions", default: .accept)
            amountMismatch = section.word("amountMismatch", default: .reject)
            referenceRoles = section.word("referenceRoles", default: .auto)
            allowedAddresses = section.addressBlocks("allowedAddresses", default: [])
            trustedProxies = section.addressBlocks(
                "trustedProxies",
                default: ["127.0.0.0/8", "::1/128"]
            )
            guard let publicURL else { return nil }
            self.publicURL = publicURL
        }
    }

    /// A form of the body that a signature may cover.
    package typealias SignatureBody = BodyForm
    package typealias StaleTimestamp = LedgerPolicy.StaleTimestamp
    package typealias ConfirmWithQuery = LedgerPolicy.ConfirmWithQuery
    package typealias ExternalIDConflict = LedgerPolicy.ExternalIDConflict
    package typealias UnknownTransactions = LedgerPolicy.UnknownTransactions
    package typealias AmountMismatch = LedgerPolicy.AmountMismatch
    package typealias ReferenceRoles = LedgerPolicy.ReferenceRoles
}

extension ConfigurationSection {
    fileprivate func publicURL(_ key: String) -> HTTPURL? {
        let expected =
            "the URL registered with the gateway, such as https://pay.example.id/v1.0/debit/notify"
        return text(key, expected: expected) { text throws(Malformed) in
            let url = try HTTPURL(configured: text)
            guard url.path.hasPrefix("/") else {
                throw Malformed("has no path, expected a path such as /v1.0/debit/notify")
            }
            return url
        }
    }

    /// Reads the signed paths; the default is the public URL and its path.
    fileprivate func signaturePaths(_ key: String, publicURL: HTTPURL?) -> [String] {
        let paths = texts(key, default: [], expected: "a path or URL") { text throws(Malformed) in
            guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.isEmpty else {
                throw Malformed("is empty or not visible ASCII, expected a path or URL")
            }
            let isURL = text.hasPrefix("http://") || text.hasPrefix("https://")
            guard text.hasPrefix("/") || isURL else {
                throw Malformed(
                    "is neither a path nor a URL, expected a path that begins with / or a URL"
                )
            }
            return text
        }
        reportRepetitions(paths, key)
        guard paths.isEmpty, let publicURL else { return paths }
        let standard = [publicURL.text, publicURL.path]
        amend(.array(standard.map { .string($0) }))
        return standard
    }
}
