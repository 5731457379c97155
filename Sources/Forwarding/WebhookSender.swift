import Crypto
package import HTTPClient
package import HTTPCore

/// Posts messages to one URL, each until it is accepted.
package struct WebhookSender: Sendable {
    private let url: HTTPURL
    private let secret: WebhookSecret
    private let userAgent: String
    private let http: HTTPClient

    /// The present, in seconds since the epoch.
    private let now: @Sendable () -> Int64

    /// Pauses before another attempt.
    private let pause: @Sendable (Duration) async -> Void

    /// Only status and `Retry-After` of a response are used.
    private static let responseBytesMax = 65_536

    /// - Parameters:
    ///   - seconds: the maximum duration of one attempt.
    ///   - userAgent: as in `name/1.0`.
    /// - Throws: an error of phase `prepare` if no certificates can be read.
    package init(
        to url: HTTPURL,
        secret: WebhookSecret,
        timeoutSeconds seconds: Int,
        userAgent: String,
        now: @escaping @Sendable () -> Int64,
        pause: @escaping @Sendable (Duration) async -> Void
    ) throws(HTTPClientError) {
        self.url = url
        self.secret = secret
        self.userAgent = userAgent
        self.now = now
        self.pause = pause
        var settings = ClientSettings()
        settings.requestTimeoutSeconds = seconds
        settings.responseBytesMax = Self.responseBytesMax
        http = try HTTPClient(settings)
    }

    /// Why an attempt did not succeed.
    package struct Failure: Error, Sendable {
        package let reason: String

        /// The pause that the receiver asks for with `Retry-After`, in seconds.
        package var retryAfterSeconds: Int?
    }

    /// Posts a message until it is answered with a 2xx status, or the task is cancelled.
    ///
    /// - Parameter onFailure: called after each attempt that failed, with the pause that follows.
    /// - Returns: the number of attempts; nil if the task was cancelled.
    package func send(
        _ message: WebhookMessage,
        onFailure: (Failure, _ pause: Duration) -> Void
    ) async -> Int? {
        var attempts = 0
        while !Task.isCancelled {
            attempts += 1
            do throws(Failure) {
                try await attempt(message)
                return attempts
            } catch {
                if Task.isCancelled { return nil }
                let pause = RetryPause(attempts, requested: error.retryAfterSeconds).duration
                onFailure(error, pause)
                await self.pause(pause)
            }
        }
        return nil
    }

    private func attempt(_ message: WebhookMessage) async throws(Failure) {
        let fields = try fields(of: message)
        let response: InboundResponse
        do throws(HTTPClientError) {
            response = try await http.send(
                OutboundRequest(
                    method: "POST",
                    target: url.target,
                    fields: fields,
                    body: message.body,
                    isRepeatable: true
                ),
                to: Origin(url)
            )
        } catch {
            throw Failure(reason: "\(error)")
        }
        guard (200...299).contains(response.status.code) else {
            throw Failure(
                reason: "\(response.status.code) \(response.status.reasonPhrase)",
                retryAfterSeconds: response.retryAfterSeconds
            )
        }
    }

    private func fields(
        of message: WebhookMessage
    ) throws(Failure) -> [(name: String, value: String)] {
        do throws(CryptoError) {
            return try message.fields(at: now(), signedWith: secret) + [
                ("Content-Type", "application/json"), ("User-Agent", userAgent),
            ]
        } catch {
            throw Failure(reason: "\(error)")
        }
    }

    /// Closes the connections.
    package func close() async { await http.close() }
}

/// The pause after a number of failed attempts: 1, 2, 4 … 60 s, or what the receiver asks for, up
/// to ten minutes.
struct RetryPause {
    let duration: Duration

    private static let secondsMax = 60
    private static let requestedMax = 600

    init(_ attempts: Int, requested: Int? = nil) {
        precondition(attempts > 0)
        let doubled = attempts > 6 ? Self.secondsMax : min(1 << (attempts - 1), Self.secondsMax)
        let wanted = requested.map { min(max($0, doubled), Self.requestedMax) }
        duration = .seconds(wanted ?? doubled)
    }
}
