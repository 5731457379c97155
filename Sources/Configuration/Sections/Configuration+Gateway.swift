import Crypto
import HTTPClient
import HTTPCore
import JSON5
import System

// What the gateway, or the way to it, would refuse. Most of it is a warning: a sandbox or a
// stand-in may differ from the gateway.
extension Configuration {
    /// Checks the addresses and names of both sides against what the gateway's documentation says.
    func checkGateway(_ reader: ConfigurationReader) {
        checkBaseURL(reader)
        checkNames(reader)
        checkPublicURL(reader)
        checkSignaturePaths(reader)
        checkWay(reader)
    }

    /// The path under which the gateway serves its API (article Gateway).
    private static let basePath = "/pg/fo"

    private func checkBaseURL(_ reader: ConfigurationReader) {
        let url = cashIn.baseURL
        if let range = url.path.firstRange(of: "/api/v1.0") {
            let rest = url.text.prefix(url.text.count - url.path[range.lowerBound...].count)
            reader.report(
                "cashIn.baseURL",
                "contains the path of the API (\(url.path[range.lowerBound...])), which is added "
                    + "to it; expected \(rest)"
            )
        } else if !url.isLoopback, url.path != Self.basePath, url.path != Self.basePath + "/" {
            reader.warn(
                "cashIn.baseURL",
                "has the path \(JSON5Value.literal(url.path)), expected \(Self.basePath), as in "
                    + "https://sandbox-api.cashin.co.id\(Self.basePath)"
            )
        }
    }

    private func checkNames(_ reader: ConfigurationReader) {
        let (client, merchant) = (cashIn.clientID, cashIn.merchantID)
        let isSwapped = client.hasPrefix("MCH") && merchant?.hasPrefix("CID") == true
        if client == merchant {
            reader.report(
                "cashIn.merchantId",
                "equals cashIn.clientId, expected the merchant id (MCH…), which is another one"
            )
        } else if isSwapped {
            reader.report(
                "cashIn.clientId",
                "is the merchant id (MCH…), and cashIn.merchantId is the client id (CID…); "
                    + "expected them the other way round"
            )
        } else if client.hasPrefix("MCH") {
            reader.warn(
                "cashIn.clientId",
                "begins with MCH like a merchant id, expected the client id (CID…)"
            )
        } else if merchant?.hasPrefix("CID") == true {
            reader.warn(
                "cashIn.merchantId",
                "begins with CID like a client id, expected the merchant id (MCH…)"
            )
        }
        let channel = cashIn.channelID
        if channel.utf8.count != 5 || !channel.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            reader.warn(
                "cashIn.channelId",
                "is \(JSON5Value.literal(channel)), expected five digits such as 95051"
            )
        }
    }

    private func checkPublicURL(_ reader: ConfigurationReader) {
        let url = notify.publicURL
        if !url.isSecure {
            reader.warn(
                "notify.publicURL",
                "uses http, expected https: gateways send callbacks over TLS only"
            )
        }
        let isPrivate =
            IPAddress(url.host)?.isPrivate == true
            || !url.host.contains(where: { ".:".contains($0) })
        if url.isLoopback || isPrivate {
            reader.warn(
                "notify.publicURL",
                "leads to \(url.host), which the gateway cannot reach; expected a public name"
            )
        }
    }

    /// Warns about signed paths that are neither the registered URL nor the documented path.
    private func checkSignaturePaths(_ reader: ConfigurationReader) {
        let url = notify.publicURL
        let usual = [url.text, url.path, "/v1.0/debit/notify"]
        for (index, path) in notify.signaturePaths.enumerated() where !usual.contains(path) {
            reader.warn(
                "notify.signaturePaths[\(index)]",
                "is \(JSON5Value.literal(path)), which is neither notify.publicURL nor its path; "
                    + "expected what the gateway signs, as the diagnosis of a callback shows it"
            )
        }
    }

    /// Warns about what would keep every call from the gateway.
    private func checkWay(_ reader: ConfigurationReader) {
        guard !isReceiveOnly, !cashIn.baseURL.isLoopback else { return }
        let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        let name = names.first { reader.context.environment[$0]?.isEmpty == false }
        if cashIn.proxy == nil, let name {
            reader.warn(
                "cashIn.proxyURL",
                "is not set, and the environment variable \(name) is not used; expected proxyURL "
                    + "if the gateway is reached through a proxy"
            )
        }
        if cashIn.caFile == nil, !reader.context.hasTrustedCertificates() {
            reader.warn(
                "cashIn.caFile",
                "is null, and the system trusts no certificate authority "
                    + "(\(SystemTrustStore.location)), so every call to the gateway fails; "
                    + "expected the package ca-certificates, or a file of certificates"
            )
        }
        if let proxy = cashIn.proxy, proxy.credentials != nil, !proxy.isLoopback {
            reader.warn(
                "cashIn.proxyURL",
                "sends the password to \(proxy.host) without TLS; expected a proxy on this machine "
                    + "or in a network that you trust"
            )
        }
    }
}

extension HTTPURL {
    /// Whether the host is a loopback address or `localhost`.
    fileprivate var isLoopback: Bool { isLoopbackHost(host) }
}

extension ForwardProxy {
    /// Whether the host is a loopback address or `localhost`.
    fileprivate var isLoopback: Bool { isLoopbackHost(host) }
}

private func isLoopbackHost(_ host: String) -> Bool {
    host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
}
