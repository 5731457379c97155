package import AlertMessages
import Commands
package import Configuration
import HTTPClient
import HTTPCore
import Synchronization
import Text

/// Posts messages of alerts. May be used by any number of tasks.
///
/// No text that it produces contains more of a URL than scheme, host and port, or a header value.
package final class AlertSender: Sendable {
    /// The client, or why there is none: then each message fails with that reason. It is made for
    /// the first message, because that reads the system's certificates.
    private let client = Mutex<Result<HTTPClient, HTTPClientError>?>(nil)

    /// The time limit of a message, in seconds.
    private let requestSeconds: Int

    /// The time limit of the connection, in seconds.
    private static let connectSeconds = 5

    package convenience init() { self.init(requestSeconds: 10) }

    init(requestSeconds: Int) { self.requestSeconds = requestSeconds }

    private func openClient() throws(HTTPClientError) -> HTTPClient {
        let result = client.withLock { client in
            let result =
                client
                ?? Result { () throws(HTTPClientError) in
                    var settings = ClientSettings()
                    settings.connectTimeoutSeconds = Self.connectSeconds
                    settings.requestTimeoutSeconds = requestSeconds
                    settings.connectionsMax = Configuration.Alert.countMax
                    return try HTTPClient(settings)
                }
            client = result
            return result
        }
        return try result.get()
    }

    /// Sends one message; takes 10 s at most. Redirects are not followed.
    ///
    /// Cancelling the task interrupts it; the receiver may have received it all the same.
    package func send(
        _ message: AlertMessage,
        to alert: Configuration.Alert
    ) async -> AlertOutcome {
        do throws(HTTPClientError) {
            let request = Self.request(message, alert)
            let response = try await openClient().send(request, to: alert.url.origin)
            return AlertOutcome(response, of: alert)
        } catch {
            switch error.reason {
            case .cancelled, .closed: return .interrupted
            case .failed, .timedOut:
                return .failed(reason: oneLine(error.description), retryAfterSeconds: nil)
            }
        }
    }

    /// Interrupts the messages under way and closes all connections; later messages are
    /// interrupted at once.
    package func close() async {
        if case .success(let client) = client.withLock({ $0 }) { await client.close() }
    }

    private static func request(
        _ message: AlertMessage,
        _ alert: Configuration.Alert
    ) -> OutboundRequest {
        let standard = [
            (name: "Content-Type", value: "application/json"),
            (name: "User-Agent", value: Version.userAgent),
        ]
        let fields =
            standard.filter { alert.header($0.name) == nil }
            + alert.headers.map { (name: $0.name, value: $0.value) }
        var request = OutboundRequest(
            method: "POST",
            target: alert.url.target,
            fields: fields,
            body: alert.body?.body(of: message) ?? message.defaultBody,
            isRepeatable: false
        )
        // Messages are rare. A connection that the receiver has closed meanwhile would make it
        // unclear whether a message arrived.
        request.needsFreshConnection = true
        return request
    }
}
