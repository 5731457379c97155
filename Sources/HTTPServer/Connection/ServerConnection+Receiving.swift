import HTTPCore
import System

extension ServerConnection {
    /// Whether the next request may be read: none is being handled, and the output queue has room.
    private var isReading: Bool {
        phase == .open && conversation.stage != .response
            && outbox.count < ServerLimits.outputBytesMax
    }

    /// Whether more bytes from the socket could be processed or dropped now.
    private var wantsBytes: Bool { phase == .lingering || (isReading && !hasUnread) }

    /// Whether ``read(on:)`` would do anything.
    var canRead: Bool { (hasUnread && isReading) || (mayReceive && wantsBytes) }

    /// Processes the backlog, then at most one buffer from the socket, so that other connections
    /// get their turn.
    func read(on loop: isolated EventLoop) {
        if hasUnread, isReading { readBacklog(on: loop) }
        if mayReceive, wantsBytes { receive(on: loop) }
    }

    private func receive(on loop: isolated EventLoop) {
        var buffer: [UInt8] = []
        swap(&buffer, &loop.receiveBuffer)
        defer { swap(&buffer, &loop.receiveBuffer) }
        do throws(SystemError) {
            switch try descriptor?.receive(into: &buffer) {
            case .bytes(let count):
                // The buffer was not filled: the socket is empty, and epoll reports new bytes.
                if count < buffer.count, !hasPeerEnded { mayReceive = false }
                received(buffer.span.extracting(0..<count), on: loop)
            case .ended:
                mayReceive = false
                endInput(on: loop)
            case .wouldBlock, nil:
                mayReceive = false
            }
        } catch {
            // The client has reset the connection, so that no response can be sent.
            close(on: loop)
        }
    }

    private func received(_ bytes: Span<UInt8>, on loop: isolated EventLoop) {
        if phase == .lingering {
            lingerByteCount += bytes.count
            if lingerByteCount > ServerLimits.lingerBytesMax { close(on: loop) }
        } else if backlog.isEmpty {
            let used = read(bytes, on: loop)
            if phase == .open { backlog.append(bytes.extracting(used..<bytes.count)) }
        } else {
            backlog.append(bytes)
            readBacklog(on: loop)
        }
    }

    private func endInput(on loop: isolated EventLoop) {
        if phase == .lingering { return close(on: loop) }
        conversation.endInput()
        readBacklog(on: loop)
    }

    private func readBacklog(on loop: isolated EventLoop) {
        var unread = Backlog()
        swap(&unread, &backlog)
        let bytes = unread.storage
        unread.drop(read(bytes.span.extracting(unread.start..<bytes.count), on: loop))
        if phase == .open { swap(&unread, &backlog) }
    }

    /// Runs all steps that `bytes` allow; returns the number of bytes processed.
    private func read(_ bytes: Span<UInt8>, on loop: isolated EventLoop) -> Int {
        var used = 0
        while isReading {
            if conversation.stage == .idle { requestNanoseconds = loop.now }
            switch conversation.next(bytes, used: &used) {
            case .wait:
                hasUnread = false
                return used
            case .head(let head): decide(on: head)
            case .sendContinue:
                outbox.append { $0.append(contentsOf: Response.continueBytes) }
                flush(on: loop)
            case .handle(let head, let body): handle(head, body: body, on: loop)
            case .refuse(let refusal, let head): refuse(refusal, head: head)
            case .end: phase = .closing
            }
        }
        hasUnread = used < bytes.count || conversation.hasInputEnded
        return used
    }
}
