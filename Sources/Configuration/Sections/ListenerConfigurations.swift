package import HTTPCore
import JSON5
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
            signatureBodies = section.words("signatureBodies", default: BodyForm.standard)
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

extension Configuration {
    /// The section `internal`: the API for the merchant's own services.
    package struct InternalAPI: Sendable, Equatable {
        /// At least one address, without duplicates and without addresses of the notify listener.
        package var listen: [ListenAddress]
        /// Whether `listen` may contain addresses other than loopback, although there is no TLS.
        package var allowPlaintext: Bool
        package var tokens: [TokenSettings]
        package var limits: Limits

        /// Reads the section and the token files that it names.
        ///
        /// - Parameter limits: the defaults of `internal.limits`.
        package init(_ section: ConfigurationSection, limits: Limits) {
            listen = section.listenAddresses("listen", default: "127.0.0.1:8081")
            allowPlaintext = section.boolean("allowPlaintext", default: false)
            tokens = section.sections("tokens") { TokenSettings($0) }
            self.limits = section.section("limits") { Limits($0, default: limits) }
            if !allowPlaintext { section.refusePlaintext(listen) }
        }
    }

    /// One element of `internal.tokens`: a bearer token and its scopes.
    ///
    /// Several elements may have the same name, while a token is exchanged for a new one.
    package struct TokenSettings: Sendable, Equatable {
        package var name: String
        package var file: String
        package var scopes: [Scope]

        init(_ section: ConfigurationSection) {
            name =
                section.text("name", expected: Self.expectedName) { text throws(Malformed) in
                    try Self.checkName(text)
                    return text
                } ?? ""
            file = section.path("file") ?? ""
            scopes = section.words("scopes", default: [])
            if !file.isEmpty { section.loadToken("file", self) }
        }

        /// Throws if `name` cannot be the name of a token.
        package static func checkName(_ name: String) throws(Malformed) {
            guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(\.isNameByte) else {
                throw Malformed("is \(JSON5Value.literal(name)), expected \(expectedName)")
            }
        }

        private static let expectedName = "a name of 1 to 64 letters, digits, \".\", \"_\" or \"-\""
    }

    /// A permission of a token; each route of the internal API requires one.
    package enum Scope: String, CaseIterable, Sendable {
        case feed, journal, generate, operate, metrics
        /// Includes every other scope.
        case admin
    }
}

extension ConfigurationSection {
    fileprivate func refusePlaintext(_ addresses: [ListenAddress]) {
        for address in addresses where address.isLoopback == false {
            report(
                "listen",
                "is \(address), which other machines can reach, and the internal API has no TLS; "
                    + "expected a loopback address, or allowPlaintext: true"
            )
        }
    }
}

extension UInt8 {
    /// Letters, digits, `.`, `_`, `-`.
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
