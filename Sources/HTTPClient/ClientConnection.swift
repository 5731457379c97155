import HTTPCore
import Queues
import System

/// A connection to one origin, opened on demand and kept open between requests.
///
/// Its waits block the thread of its own queue, which exists only while the connection works.
actor ClientConnection {
    /// The settings and services that all connections of a client share.
    struct Resources: Sendable {
        let settings: ClientSettings
        let tls: TLSContext
        let resolver: Resolver
    }

    nonisolated let origin: Origin
    private let resources: Resources
    private let executor = QueueExecutor(blockingLabel: "http-client-connection")
    private var stream: (any ByteStream)?
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    init(to origin: Origin, _ resources: Resources) {
        self.origin = origin
        self.resources = resources
    }

    /// Sends one request and receives its response.
    ///
    /// - Returns: the response, and whether the connection is still open.
    func perform(
        _ prepared: PreparedRequest,
        within limit: WaitLimit
    ) throws(HTTPClientError) -> (response: InboundResponse, isOpen: Bool) {
        let request = prepared.request
        // An idle connection with unread input has been closed, or its input is not the response to
        // this request.
        if !request.needsFreshConnection, let idle = stream, idle.isSilent() {
            var hasResponse = false
            do throws(HTTPClientError) {
                return try exchange(prepared, on: idle, within: limit, &hasResponse)
            } catch {
                // The server may have closed the connection while the request was being sent. Only
                // if no byte was sent is it certain that the request was not processed.
                let mayRepeat = request.isRepeatable || error.isCertainlyNotSent
                guard error.reason == .failed, !hasResponse else { throw error }
                guard mayRepeat else {
                    var error = error
                    error.isOfReusedConnection = true
                    throw error
                }
            }
        }
        stream = nil
        let fresh = try open(within: limit)
        var hasResponse = false
        return try exchange(prepared, on: fresh, within: limit, &hasResponse)
    }

    private func open(within limit: WaitLimit) throws(HTTPClientError) -> any ByteStream {
        let limit = limit.shortened(to: resources.settings.connectLimit)
        let socket = try openSocket(within: limit)
        guard origin.isSecure else { return socket }
        do throws(StreamError) {
            let tls = resources.tls
            return try TLSStream(over: socket, to: origin, context: tls, within: limit)
        } catch { throw error.inPhase(.tls, at: origin.place, within: limit) }
    }

    /// Connects to the server, or to the proxy and through it to the server.
    private func openSocket(within limit: WaitLimit) throws(HTTPClientError) -> SocketStream {
        if let path = origin.socketPath {
            return try connect(to: [.unix(path: path)], within: limit)
        }
        let resolver = resources.resolver
        guard let proxy = resources.settings.proxy, !origin.isLoopback else {
            let addresses = try resolver.addresses(of: origin, within: limit)
            return try connect(to: addresses, within: limit)
        }
        let port = try proxy.checkedPort()
        let addresses = try resolver.addresses(of: proxy.host, port: port, within: limit)
        let socket = try connect(to: addresses, within: limit)
        try proxy.openTunnel(to: origin, on: socket, within: limit)
        return socket
    }

    /// Tries one address after the other, each for its share of the remaining time.
    private func connect(
        to addresses: [SocketAddress],
        within limit: WaitLimit
    ) throws(HTTPClientError) -> SocketStream {
        var failures: [String] = []
        for (index, address) in addresses.enumerated() {
            let share = limit.remainingSeconds / Double(addresses.count - index)
            do throws(StreamError) {
                return try SocketStream(to: address, within: limit.shortened(toSeconds: share))
            } catch {
                let isLast = index == addresses.count - 1
                let failure = error.inPhase(.connect, at: address.description, within: limit)
                if error == .interrupted { throw failure }
                failures.append(failure.detail)
                guard isLast else { continue }
                let detail = failures.joined(separator: "; ")
                throw HTTPClientError(.connect, failure.reason, detail, limit: failure.limit)
            }
        }
        throw HTTPClientError(.connect, .failed, "no address to connect to")
    }

    /// Sends a request on `stream` and receives the response.
    ///
    /// - Parameter hasResponse: set to true at the first byte from the server.
    private func exchange(
        _ prepared: PreparedRequest,
        on stream: any ByteStream,
        within limit: WaitLimit,
        _ hasResponse: inout Bool
    ) throws(HTTPClientError) -> (response: InboundResponse, isOpen: Bool) {
        // Set again below if the connection can be reused.
        self.stream = nil
        let sentBefore = stream.sentBytes
        let bytes = prepared.head + prepared.request.body
        do throws(StreamError) { try stream.send(bytes, within: limit) } catch {
            let isNotSent = stream.sentBytes == sentBefore
            // A server that refuses a body responds and closes before it has read all of it (RFC
            // 9112 section 9.5).
            if case .system = error, !isNotSent,
                let early = try? receive(prepared.request, on: stream, within: limit, &hasResponse)
            {
                let response = early.response
                return (InboundResponse(parsedHead: response.head, body: response.body), false)
            }
            throw error.inPhase(
                .send,
                at: origin.place,
                within: limit,
                isCertainlyNotSent: isNotSent
            )
        }
        let received = try receive(prepared.request, on: stream, within: limit, &hasResponse)
        let isOpen = received.response.head.keepAlive && received.endsWithResponse
        if isOpen { self.stream = stream }
        let response = received.response
        let body = prepared.request.streams(response.head) ? [] : response.body
        return (InboundResponse(parsedHead: response.head, body: body), isOpen)
    }

    /// Receives one response; its body goes to the sink of the request, if there is one.
    ///
    /// - Returns: the response, and whether no bytes followed it.
    private func receive(
        _ request: OutboundRequest,
        on stream: any ByteStream,
        within limit: WaitLimit,
        _ hasResponse: inout Bool
    ) throws(HTTPClientError) -> (response: ParsedResponse, endsWithResponse: Bool) {
        var reader = ResponseReader(limits: limits, isHEAD: request.method == "HEAD")
        while true {
            let count: Int
            do throws(StreamError) {
                count = try stream.receive(into: &buffer, within: limit)
            } catch { throw error.inPhase(.wait, at: origin.place, within: limit) }
            let end: (response: ParsedResponse, endsWithResponse: Bool)?
            do throws(ResponseError) {
                if count == 0 {
                    end = (try reader.end(), false)
                } else {
                    hasResponse = true
                    let bytes = buffer.span.extracting(0..<count)
                    let (consumed, response) = try reader.read(bytes)
                    end = response.map { ($0, consumed == count) }
                }
            } catch .incomplete {
                throw StreamError.ended.inPhase(.wait, at: origin.place, within: limit)
            } catch {
                throw HTTPClientError(.parse, .failed, "\(origin.place): \(error)")
            }
            if let sink = request.bodySink {
                let part = end.map { request.streams($0.response.head) ? $0.response.body : [] }
                try pass(part ?? reader.removeBody(), to: sink)
            }
            if let end { return end }
        }
    }

    /// Passes a part of a body to the sink of its request.
    private func pass(
        _ part: [UInt8],
        to sink: OutboundRequest.BodySink
    ) throws(HTTPClientError) {
        if part.isEmpty || sink(part) { return }
        throw HTTPClientError(.wait, .failed, "\(origin.place): the rest is not wanted")
    }

    private var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.headerBytes = resources.settings.responseHeadBytesMax
        limits.headerCount = resources.settings.responseFieldsMax
        limits.bodyBytes = resources.settings.responseBytesMax
        return limits
    }
}
