import Sockets

/// A connection that bytes are sent and received on. It is closed when it goes.
///
/// Every call blocks until it is done or its limit is reached. After an error it is of no use.
protocol ByteStream: AnyObject {
    /// Bytes handed to the kernel since the connection was made.
    var sentBytes: Int { get }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8], within limit: WaitLimit) throws(StreamError)

    /// Takes what has come, at least one byte.
    ///
    /// - Returns: how many bytes stand at the front of `buffer` now; 0 when the server has ended
    ///   its side as the protocol says it should.
    func receive(
        into buffer: inout [UInt8],
        within limit: WaitLimit
    ) throws(StreamError) -> Int

    /// Whether nothing has come, neither bytes nor an end. Does not block.
    func isSilent() -> Bool
}

/// A connection without TLS, or what TLS runs over.
final class SocketStream: ByteStream {
    private let descriptor: Descriptor
    private(set) var sentBytes = 0

    /// Connects to `address`.
    init(to address: SocketAddress, within limit: WaitLimit) throws(StreamError) {
        do throws(SystemError) {
            descriptor = try Descriptor.connecting(to: address)
        } catch { throw .system(error) }
        try wait(for: .sending, within: limit)
        let failure: SystemError?
        do throws(SystemError) { failure = try descriptor.connectFailure() } catch {
            throw .system(error)
        }
        if let failure { throw .system(failure) }
    }

    func send(_ bytes: [UInt8], within limit: WaitLimit) throws(StreamError) {
        var start = 0
        while start < bytes.count {
            try wait(for: .sending, within: limit)
            do throws(SystemError) {
                let count = try descriptor.send(bytes.span.extracting(start..<bytes.count))
                start += count
                sentBytes += count
            } catch { throw .system(error) }
        }
    }

    func receive(
        into buffer: inout [UInt8],
        within limit: WaitLimit
    ) throws(StreamError) -> Int {
        while true {
            try wait(for: .receiving, within: limit)
            if let count = try receiveNow(into: &buffer) { return count }
        }
    }

    /// Takes what is there: nil when nothing is, 0 at the end.
    func receiveNow(into buffer: inout [UInt8]) throws(StreamError) -> Int? {
        do throws(SystemError) {
            switch try descriptor.receive(into: &buffer) {
            case .bytes(let count): return count
            case .ended: return 0
            case .wouldBlock: return nil
            }
        } catch { throw .system(error) }
    }

    /// Sends what the kernel takes at once: for a farewell that nobody waits for.
    func sendNow(_ bytes: [UInt8]) {
        // Whether it arrives makes no difference to anybody.
        _ = try? descriptor.send(bytes.span)
    }

    func isSilent() -> Bool {
        let waited = try? descriptor.wait(
            for: .receiving,
            untilNanoseconds: 0,
            orUntil: nil
        )
        return waited == .timedOut
    }

    private func wait(for direction: Direction, within limit: WaitLimit) throws(StreamError) {
        let waited: Waited
        do throws(SystemError) {
            waited = try descriptor.wait(
                for: direction,
                untilNanoseconds: limit.deadlineNanoseconds,
                orUntil: limit.interruption
            )
        } catch { throw .system(error) }
        if let error = StreamError(waited) { throw error }
    }
}
