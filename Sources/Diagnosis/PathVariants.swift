import HTTPCore

/// What else a sender may have signed as the path: other spellings of the configured ones, of the
/// registered URL and of the target that was received.
///
/// Hints from the request's own headers are taken here only: what verifies comes from the
/// configuration alone (contract section 4).
struct PathVariants {
    /// More than a configuration and a request give rise to; bounds what a caller can make us try.
    static let countMax = 2_000

    private let registered: SignedPath
    private let received: SignedPath
    private let hosts: [String]
    private let prefixes: [String]
    private let originals: [SignedPath]

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings) {
        registered = SignedPath(settings.publicURL.text)
        received = SignedPath(callback.target)
        hosts = (callback.texts(of: "Host") + callback.texts(of: "X-Forwarded-Host"))
            .prefix(Self.hintsMax).filter { !$0.isEmpty }
        prefixes = callback.texts(of: "X-Forwarded-Prefix")
            .prefix(Self.hintsMax).filter { $0.hasPrefix("/") }
        originals = ["X-Original-URI", "X-Forwarded-Uri", "X-Original-URL"]
            .flatMap { callback.texts(of: $0) }.prefix(Self.hintsMax).map { SignedPath($0) }
    }

    /// How many values of a header are looked at.
    private static let hintsMax = 4

    /// All paths to try; the configured ones are the expected ones.
    static func ladder(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings
    ) -> VariantLadder<String> {
        var ladder = VariantLadder<String>(countMax: countMax)
        for path in settings.signaturePaths { ladder.add(path) }
        let variants = PathVariants(callback, settings)
        ladder.close { variants.alternatives(to: SignedPath($0)) }
        return ladder
    }

    /// Every path that is one step away.
    private func alternatives(to path: SignedPath) -> [(value: String, change: Change)] {
        (origins(path) + spellings(path) + otherPaths(path) + authorities(path))
            .filter { $0.path != path && !$0.path.text.isEmpty }
            .map { path, name, detail in
                let change = Change(name: name, detail: "\(detail): \(path.text)")
                return (path.text, change)
            }
    }

    private typealias Alternative = (path: SignedPath, name: Change.Name, detail: String)

    /// A complete URL in place of a path, and the other way round.
    private func origins(_ path: SignedPath) -> [Alternative] {
        if path.authority == nil {
            let url = path.with {
                $0.scheme = registered.scheme
                $0.authority = registered.authority
            }
            return [(url, .completeURL, "the complete URL is signed, not its path alone")]
        }
        let alone = path.with {
            $0.scheme = nil
            $0.authority = nil
        }
        return [(alone, .pathOnly, "the path alone is signed, not the complete URL")]
    }

    /// What proxies often take away without a word of it.
    private static let usualPrefixes = [
        "/api", "/pg", "/snap", "/gateway", "/payment", "/payments", "/webhook", "/webhooks",
        "/callback", "/callbacks", "/notify", "/receiver",
    ]

    /// Another path behind the same scheme and host, and by itself.
    private func otherPaths(_ path: SignedPath) -> [Alternative] {
        var others: [Alternative] = []
        func add(_ other: String, _ name: Change.Name, _ detail: String) {
            others.append((path.with { $0.path = other }, name, detail))
            if path.authority != nil { others.append((SignedPath(other), name, detail)) }
        }
        add(registered.path, .registeredPath, "the path of notify.publicURL is signed")
        add("/v1.0/debit/notify", .standardPath, "the path of the gateway's page is signed")
        for suffix in path.suffixes {
            add(suffix, .proxyPrefix, "the path is signed without the beginning of the registered")
        }
        for prefix in registered.prefixes {
            add(prefix + received.path, .proxyPrefix, "a prefix before the received path is signed")
        }
        for prefix in Self.usualPrefixes {
            add(
                prefix + received.path,
                .proxyPrefix,
                "\(prefix) before the received path is signed"
            )
        }
        for prefix in prefixes {
            let whole = (prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) + received.path
            add(whole, .proxyPrefix, "X-Forwarded-Prefix and the received path are signed")
        }
        for original in originals {
            add(original.path, .proxyPrefix, "the path from before the proxy rewrote it is signed")
        }
        add(received.path, .receivedTarget, "the path is signed as it was received")
        return others
    }

    /// The same path with a query, a slash more or less.
    private func spellings(_ path: SignedPath) -> [Alternative] {
        var others: [Alternative] = []
        if path.query != nil {
            others.append((path.with { $0.query = nil }, .query, "no query is signed"))
        } else if let query = received.query {
            others.append(
                (path.with { $0.query = query }, .query, "the path is signed with its query")
            )
        }
        let isClosed = path.path.hasSuffix("/")
        let toggled = isClosed ? String(path.path.dropLast()) : path.path + "/"
        others.append(
            (
                path.with { $0.path = toggled },
                .trailingSlash,
                isClosed ? "no slash at the end is signed" : "a slash at the end is signed"
            )
        )
        if path.authority == nil, path.path.hasPrefix("/") {
            let bare = path.with { $0.path = String($0.path.dropFirst()) }
            others.append((bare, .leadingSlash, "no slash at the beginning is signed"))
        }
        return others
    }

    /// The same URL with another scheme, host or port.
    private func authorities(_ path: SignedPath) -> [Alternative] {
        guard let authority = path.authority else { return [] }
        var others: [Alternative] = []
        for scheme in ["https", "http", nil] where scheme != path.scheme {
            others.append(
                (
                    path.with { $0.scheme = scheme },
                    .scheme,
                    scheme.map { "the URL is signed with \($0)" } ?? "no scheme is signed"
                )
            )
        }
        func add(_ other: String, _ detail: String) {
            others.append((path.with { $0.authority = other }, .host, detail))
        }
        add(authority.lowercased(), "the host is signed in lower case")
        add(authority.uppercased(), "the host is signed in capitals")
        if let bare = path.withoutPort {
            add(bare, "the host is signed without its port")
        } else {
            for port in [443, 80] { add("\(authority):\(port)", "the host is signed with a port") }
        }
        for host in hosts { add(host, "the host of the received request is signed") }
        return others
    }
}
