import System

/// Sends HTTP/1.1 requests over TLS, or without TLS to loopback addresses.
///
/// Redirects are not followed, cookies are not kept and bodies are not decompressed: the response
/// is what the server sent. Any number of tasks may use it at once.
package final class HTTPClient: Sendable {
    private let settings: ClientSettings
    private let pool: ConnectionPool

    /// - Throws: an error of phase `prepare` if a setting is out of range or the certificates
    ///   cannot be read.
    package convenience init(_ settings: ClientSettings) throws(HTTPClientError) {
        try self.init(settings, resolver: Resolver(runningMax: max(settings.connectionsMax, 1)))
    }

    init(_ settings: ClientSettings, resolver: Resolver) throws(HTTPClientError) {
        try settings.check()
        self.settings = settings
        let tls: TLSContext
        do throws(TLSFileError) { tls = try TLSContext(settings) } catch {
            throw .unsendable(error.description)
        }
        pool = ConnectionPool(
            ClientConnection.Resources(settings: settings, tls: tls, resolver: resolver)
        )
    }

    /// Serialises and sends one request; see ``send(_:)``.
    package func send(
        _ request: OutboundRequest,
        to origin: Origin
    ) async throws(HTTPClientError) -> InboundResponse {
        try await send(try request.prepared(for: origin))
    }

    /// Sends one request and returns the final response, whatever its status.
    ///
    /// Cancelling the task ends the call at once; the server may still process the request.
    ///
    /// - Throws: an error with the failed phase, the reason, and whether the server may have
    ///   received the request.
    package func send(
        _ prepared: PreparedRequest
    ) async throws(HTTPClientError) -> InboundResponse {
        _ = try prepared.origin.permittedPort()
        let interruption: Latch
        do throws(SystemError) { interruption = try Latch() } catch {
            throw HTTPClientError(.prepare, error)
        }
        let timeLimit = settings.requestLimit
        let nanoseconds = UInt64(timeLimit.seconds) * 1_000_000_000
        let limit = WaitLimit(
            deadlineNanoseconds: SystemClock.monotonicNanoseconds() + nanoseconds,
            limit: timeLimit,
            interruption: interruption
        )
        let result = await withTaskCancellationHandler {
            await exchange(prepared, within: limit)
        } onCancel: {
            interruption.open()
        }
        return try result.get()
    }

    /// Interrupts the calls in progress and closes every connection; later calls fail.
    ///
    /// Returns when all connections are closed.
    package func close() async { await pool.close() }

    /// The number of requests that wait for a connection.
    package var waitingCount: Int { get async { await pool.waitingCount } }

    private func exchange(
        _ prepared: PreparedRequest,
        within limit: WaitLimit
    ) async -> Result<InboundResponse, HTTPClientError> {
        do throws(HTTPClientError) {
            let connection = try await pool.borrow(to: prepared.origin, within: limit)
            do throws(HTTPClientError) {
                let (response, isOpen) = try await connection.perform(prepared, within: limit)
                await pool.giveBack(connection, isOpen: isOpen)
                return .success(response)
            } catch {
                await pool.giveBack(connection, isOpen: false)
                throw error
            }
        } catch {
            // A call is interrupted either by cancellation of its task or by `close()`.
            let isClosing = error.reason == .cancelled && !Task.isCancelled
            return .failure(isClosing ? error.withReason(.closed) : error)
        }
    }
}

extension ClientSettings {
    /// Checks the ranges: a limit that is not positive would make every request fail with a
    /// misleading error.
    fileprivate func check() throws(HTTPClientError) {
        let bounds = [
            ("connectTimeoutSeconds", connectTimeoutSeconds, 86_400),
            ("requestTimeoutSeconds", requestTimeoutSeconds, 86_400),
            ("connectionsMax", connectionsMax, 65_536),
            ("responseBytesMax", responseBytesMax, 1 << 30),
            ("responseHeadBytesMax", responseHeadBytesMax, 1 << 20),
            ("responseFieldsMax", responseFieldsMax, 1 << 16),
            ("idleSeconds", idleSeconds, 86_400),
        ]
        for (name, value, max) in bounds where !(1...max).contains(value) {
            throw .unsendable("\(name) is \(value), expected 1 to \(max)")
        }
    }
}

/// Limits and trust of the client; the defaults are those of the configuration section `cashIn`.
package struct ClientSettings: Sendable, Equatable {
    /// Maximum seconds to make a connection: name resolution, connecting to one address after the
    /// other, the tunnel through a proxy, and TLS.
    package var connectTimeoutSeconds = 5

    /// Maximum seconds from the call to the last byte of the response, including the wait for a
    /// connection.
    package var requestTimeoutSeconds = 15

    /// Maximum open connections, including idle ones; further requests wait.
    package var connectionsMax = 16

    /// Maximum bytes of a response body after decoding.
    package var responseBytesMax = 1_048_576

    /// Maximum bytes of a response head, and of the head of each interim response.
    package var responseHeadBytesMax = 65_536

    /// Maximum field lines of a response head.
    package var responseFieldsMax = 128

    /// Seconds after which an idle connection is closed.
    package var idleSeconds = 60

    /// A file of PEM certificates to trust instead of the system's.
    package var caFile: String?

    /// The proxy for requests to other machines; nil to connect to the server itself.
    ///
    /// Loopback hosts are always connected to directly.
    package var proxy: ForwardProxy?

    /// A file with the client's certificate in PEM, and any intermediate certificates after it; nil
    /// to send none.
    package var clientCertificateFile: String?

    /// The file with the private key of ``clientCertificateFile``, unencrypted PEM.
    package var clientKeyFile: String?

    package init() {}
}

extension ClientSettings {
    /// ``connectTimeoutSeconds`` as a limit.
    var connectLimit: TimeLimit {
        TimeLimit(setting: "connectTimeoutSeconds", seconds: connectTimeoutSeconds)
    }

    /// ``requestTimeoutSeconds`` as a limit.
    var requestLimit: TimeLimit {
        TimeLimit(setting: "requestTimeoutSeconds", seconds: requestTimeoutSeconds)
    }
}
