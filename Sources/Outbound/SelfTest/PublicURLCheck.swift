import Commands
import HTTPClient
import HTTPCore
import Snap
import Text

/// The check of `notify.publicURL`: an unsigned callback is posted to it as the gateway would, over
/// the same proxies and with the system's trust store.
struct PublicURLCheck {
    private let url: HTTPURL
    private let nowMilliseconds: Int64

    /// X-EXTERNAL-ID, which the receiver's response repeats.
    private let externalID: String

    init(_ url: HTTPURL, nowMilliseconds: Int64) {
        self.url = url
        self.nowMilliseconds = nowMilliseconds
        externalID = "selftest-\(UInt64.random(in: 0...UInt64.max))"
    }

    func run() async -> SelfTestCheck {
        do throws(HTTPClientError) {
            let client = try HTTPClient(ClientSettings())
            let result: Result<InboundResponse, HTTPClientError>
            do throws(HTTPClientError) {
                result = .success(try await client.send(request, to: Origin(url)))
            } catch { result = .failure(error) }
            await client.close()
            return check(try result.get())
        } catch {
            return SelfTestCheck(
                .publicURL,
                .failed,
                "The post to \(url) failed: \(error).",
                remedy: remedy(for: error)
            )
        }
    }

    /// The X-PARTNER-ID is not the merchant's, so that the refusal does not count as one of the
    /// gateway's callbacks (article Checks).
    private var request: OutboundRequest {
        OutboundRequest(
            method: "POST",
            target: url.path,
            fields: [
                (name: "X-TIMESTAMP", value: JakartaTime.text(milliseconds: nowMilliseconds)),
                (name: "X-PARTNER-ID", value: "self-test"),
                (name: "X-EXTERNAL-ID", value: externalID),
                (name: "X-SIGNATURE", value: "c2VsZi10ZXN0"),
                (name: "Content-Type", value: "application/json"),
                (name: "User-Agent", value: Version.userAgent),
            ],
            body: Array("{}".utf8),
            isRepeatable: true
        )
    }

    private func check(_ response: InboundResponse) -> SelfTestCheck {
        let answer = try? ServiceResponse(response.body)
        if let answer, answer.code.service == .notify, isEchoed(by: response) {
            return SelfTestCheck(
                .publicURL,
                .passed,
                "This receiver refused the unsigned callback to \(url) itself (\(answer.code)), so "
                    + "name, certificate, proxies and path are right."
            )
        }
        let type = response.parsedHead.fieldText("Content-Type").map {
            ", Content-Type \(quoted($0))"
        }
        return SelfTestCheck(
            .publicURL,
            .failed,
            "The response to a post to \(url) is not this receiver's: HTTP status "
                + "\(response.status.code)\(type ?? "").",
            remedy: "Let the proxy before the receiver pass the path \(url.path) to notify.listen, "
                + "with its header fields and body unchanged."
        )
    }

    private func isEchoed(by response: InboundResponse) -> Bool {
        response.parsedHead.fieldText("X-EXTERNAL-ID") == externalID
    }

    private func remedy(for error: HTTPClientError) -> String {
        switch error.phase {
        case .prepare: "Register an https URL with the gateway, and set notify.publicURL to it."
        case .resolve: "Make \(url.host) known to the name service."
        case .tls:
            "Let the proxy before the receiver present a certificate for \(url.host) that public "
                + "authorities have issued, with all intermediate certificates."
        case .queue, .connect, .proxy, .send, .wait, .parse:
            "Open the way to \(url.host):\(url.port). Where this machine cannot reach its own "
                + "public address, post to the URL from another network: 4005602 is the receiver."
        }
    }
}

extension ResponseHead {
    /// The value of a field that occurs once; nil otherwise.
    fileprivate func fieldText(_ name: String) -> String? {
        guard case .value(let range) = single(name) else { return nil }
        return text(range)
    }
}
