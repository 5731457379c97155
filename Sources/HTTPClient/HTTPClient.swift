import Sockets

/// Sends HTTP/1.1 requests over TLS, or in the clear to this machine.
///
/// Redirects are not followed, no cookies are kept, nothing is decompressed: the response is what
/// the server sent. May be used by any number of tasks at once.
package final class HTTPClient: Sendable {
    private let settings: ClientSettings
    private let pool: ConnectionPool

    /// - Throws: phase `prepare`: settings that cannot be used, or certificates that cannot be
    ///   read.
    package convenience init(_ settings: ClientSettings) throws(HTTPClientError) {
        try self.init(settings, resolver: Resolver(runningMax: max(settings.connectionsMax, 1)))
    }

    init(_ settings: ClientSettings, resolver: Resolver) throws(HTTPClientError) {
        try settings.check()
        self.settings = settings
        let tls = try TLSContext(caFile: settings.caFile)
        pool = ConnectionPool(
            Connection.Surroundings(settings: settings, tls: tls, resolver: resolver)
        )
    }

    /// Sends one request and returns the final response, whatever its status.
    ///
    /// Cancelling the task ends the call at once, but for what the server already does.
    ///
    /// - Throws: which phase failed, why, and whether the server may have got the request.
    package func send(
        _ request: OutboundRequest,
        to origin: Origin
    ) async throws(HTTPClientError) -> InboundResponse {
        _ = try origin.permittedPort()
        let bytes = try request.headBytes(for: origin) + request.body
        let interruption: Latch
        do throws(SystemError) { interruption = try Latch() } catch {
            throw HTTPClientError(.prepare, error)
        }
        let nanoseconds = UInt64(settings.requestTimeoutSeconds) * 1_000_000_000
        let limit = WaitLimit(
            deadlineNanoseconds: Clock.monotonicNanoseconds() + nanoseconds,
            interruption: interruption
        )
        let result = await withTaskCancellationHandler {
            await exchange(request, bytes, with: origin, within: limit)
        } onCancel: {
            interruption.open()
        }
        return try result.get()
    }

    /// Interrupts what is going on and closes every connection; returns when that is done. Later
    /// requests fail.
    package func close() async { await pool.close() }

    /// Requests that wait for a free connection.
    package var waitingCount: Int { get async { await pool.waitingCount } }

    private func exchange(
        _ request: OutboundRequest,
        _ bytes: [UInt8],
        with origin: Origin,
        within limit: WaitLimit
    ) async -> Result<InboundResponse, HTTPClientError> {
        do throws(HTTPClientError) {
            let connection = try await pool.lend(to: origin, within: limit)
            do throws(HTTPClientError) {
                let (response, isOpen) = try await connection.perform(request, bytes, within: limit)
                await pool.giveBack(connection, isOpen: isOpen)
                return .success(response)
            } catch {
                await pool.giveBack(connection, isOpen: false)
                throw error
            }
        } catch {
            // An exchange is interrupted for one of two reasons.
            let isClosing = error.reason == .cancelled && !Task.isCancelled
            return .failure(isClosing ? error.withReason(.closed) : error)
        }
    }
}

extension ClientSettings {
    /// A bound that is not positive would make every request fail in ways hard to understand.
    fileprivate func check() throws(HTTPClientError) {
        let bounds = [
            ("connectTimeoutSeconds", connectTimeoutSeconds, 86_400),
            ("requestTimeoutSeconds", requestTimeoutSeconds, 86_400),
            ("connectionsMax", connectionsMax, 65_536),
            ("responseBytesMax", responseBytesMax, 1 << 30),
            ("responseHeadBytesMax", responseHeadBytesMax, 1 << 20),
            ("idleSeconds", idleSeconds, 86_400),
        ]
        for (name, value, max) in bounds where !(1...max).contains(value) {
            throw .unsendable("\(name) is \(value), expected 1 to \(max)")
        }
    }
}
