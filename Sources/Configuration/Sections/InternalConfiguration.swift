package import System

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
            section.checkNames(of: tokens)
            if !allowPlaintext { section.refusePlaintext(listen) }
        }
    }

    /// One element of `internal.tokens`: a bearer token and its scopes.
    package struct TokenSettings: Sendable, Equatable {
        package var name: String
        package var file: String
        package var scopes: [Scope]

        init(_ section: ConfigurationSection) {
            let expected = "a name of 1 to 64 letters, digits, \".\", \"_\" or \"-\""
            name =
                section.text("name", expected: expected) { text throws(Malformed) in
                    guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(\.isNameByte)
                    else {
                        throw Malformed("is \(JSON5Value.literal(text)), expected \(expected)")
                    }
                    return text
                } ?? ""
            file = section.path("file") ?? ""
            scopes = section.words("scopes", default: [])
            if !file.isEmpty { section.loadToken("file", self) }
        }
    }

    /// A permission of a token; each route of the internal API requires one.
    package enum Scope: String, CaseIterable, Sendable {
        case feed, journal, generate, operate, metrics
        /// Includes every other scope.
        case admin
    }
}

extension ConfigurationSection {
    fileprivate func checkNames(of tokens: [Configuration.TokenSettings]) {
        for (index, token) in tokens.enumerated() where !token.name.isEmpty {
            guard tokens[..<index].contains(where: { $0.name == token.name }) else { continue }
            let name = JSON5Value.literal(token.name)
            report("tokens", at: index, "repeats the name \(name), expected each name once")
        }
    }

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
