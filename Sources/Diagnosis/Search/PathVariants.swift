import Captures
import HTTPCore

/// The paths that a sender may have signed: variants of the configured paths, of the registered URL
/// and of the received target.
///
/// Only the diagnosis uses hints from the request's own headers. Verification uses paths from the
/// configuration alone (article Checks, row 5).
struct PathVariants {
    /// Maximum number of paths; more than an ordinary configuration and request produce.
    static let countMax = 2_000

    private let registered: SignedPath
    private let received: SignedPath
    /// The values of Host and X-Forwarded-Host.
    private let hosts: [String]
    /// The values of X-Forwarded-Prefix that begin with `/`.
    private let prefixes: [String]
    /// The targets that a proxy says it received, before it rewrote them.
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

    /// Maximum number of hints of each kind.
    private static let hintsMax = 4

    /// All paths to try; the configured ones count as no change.
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

    /// All paths that differ from `path` by one change.
    private func alternatives(to path: SignedPath) -> [(value: String, change: SignatureDifference)]
    {
        (origins(path) + spellings(path) + otherPaths(path) + authorities(path))
            .filter { $0.path != path && !$0.path.text.isEmpty }
            .map { path, name, detail in
                let change = SignatureDifference(name: name, detail: "\(detail): \(path.text)")
                return (path.text, change)
            }
    }

    private typealias Alternative = (
        path: SignedPath, name: SignatureDifference.Name, detail: String
    )

    /// The complete URL instead of its path, or the path instead of the URL.
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

    /// Prefixes that proxies often remove without adding a header that names them.
    private static let usualPrefixes = [
        "/api", "/pg", "/snap", "/gateway", "/payment", "/payments", "/webhook", "/webhooks",
        "/callback", "/callbacks", "/notify", "/receiver",
    ]

    /// Other paths of SNAP BI's services for QR codes and direct debit.
    private static let snapPaths = [
        "/v1.0/qr/qr-mpm-notify", "/v1.0/qr-mpm-notify", "/v1.1/debit/notify", "/v1.0/qr/notify",
        "/v1.0/qr/qr-mpm-generate", "/v1.0/qr/qr-mpm-query", "/v1.0/debit/payment-host-to-host",
        "/v1.0/debit/status", "/v1.0/transfer-va/payment", "/api/v1.0/qr/qr-mpm-notify",
        "/api/v1.0/debit/notify", "/snap/v1.0/debit/notify",
    ]

    /// Another path with the same scheme and host, and without them.
    private func otherPaths(_ path: SignedPath) -> [Alternative] {
        var others: [Alternative] = []
        func add(_ other: String, _ name: SignatureDifference.Name, _ detail: String) {
            others.append((path.with { $0.path = other }, name, detail))
            if path.authority != nil { others.append((SignedPath(other), name, detail)) }
        }
        add(registered.path, .registeredPath, "the path of notify.publicURL is signed")
        add("/v1.0/debit/notify", .standardPath, "the gateway's documented path is signed")
        for suffix in path.suffixes {
            add(suffix, .proxyPrefix, "the path is signed without its first segments")
        }
        for prefix in registered.prefixes {
            add(
                prefix + received.path,
                .proxyPrefix,
                "the received path is signed with a prefix of the registered one"
            )
        }
        for prefix in Self.usualPrefixes {
            add(
                prefix + received.path,
                .proxyPrefix,
                "the received path is signed with the prefix \(prefix)"
            )
        }
        for prefix in prefixes {
            let whole = (prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) + received.path
            add(whole, .proxyPrefix, "X-Forwarded-Prefix and the received path are signed")
        }
        for original in originals {
            add(original.path, .proxyPrefix, "the path before the proxy's rewriting is signed")
        }
        add(received.path, .receivedTarget, "the received path is signed")
        for other in Self.snapPaths {
            add(other, .snapPath, "another path of SNAP BI is signed")
        }
        return others
    }

    /// The same path with or without its query, a trailing slash, or the leading slash.
    private func spellings(_ path: SignedPath) -> [Alternative] {
        var others: [Alternative] = []
        if path.query != nil {
            others.append(
                (path.with { $0.query = nil }, .query, "the path is signed without its query")
            )
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
                "the path is signed \(isClosed ? "without" : "with") a trailing slash"
            )
        )
        if path.authority == nil, path.path.hasPrefix("/") {
            let bare = path.with { $0.path = String($0.path.dropFirst()) }
            others.append((bare, .leadingSlash, "the path is signed without its leading slash"))
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
        add(authority.uppercased(), "the host is signed in upper case")
        if let bare = path.withoutPort {
            add(bare, "the host is signed without its port")
        } else {
            for port in [443, 80] { add("\(authority):\(port)", "the host is signed with a port") }
        }
        for host in hosts { add(host, "the host of the received request is signed") }
        return others
    }
}
