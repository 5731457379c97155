import HTTPCore
import Sockets

extension Connection {
    /// Whether a next request is looked at: none is being answered, and the client takes answers.
    private var isReading: Bool {
        phase == .open && conversation.stage != .answer
            && outbox.count < ServerLimits.outputBytesMax
    }

    /// Whether there is something to do with more bytes.
    private var wantsBytes: Bool { phase == .lingering || (isReading && !hasUnread) }

    /// Whether ``read(on:)`` would find something to do.
    var canRead: Bool { (hasUnread && isReading) || (mayReceive && wantsBytes) }

    /// Reads what waited for its turn, and then one buffer more, so that others get theirs.
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
                // Fewer than there was room for: the kernel has no more, and will say when it has.
                if count < buffer.count, !hasPeerEnded { mayReceive = false }
                received(buffer.span.extracting(0..<count), on: loop)
            case .ended:
                mayReceive = false
                endInput(on: loop)
            case .wouldBlock, nil:
                mayReceive = false
            }
        } catch {
            // Reset by the client: nobody is left to be answered.
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
        var held = Backlog()
        swap(&held, &backlog)
        let bytes = held.storage
        held.drop(read(bytes.span.extracting(held.start..<bytes.count), on: loop))
        if phase == .open { swap(&held, &backlog) }
    }

    /// Takes the steps that `bytes` allow; returns how many of them are done with.
    private func read(_ bytes: Span<UInt8>, on loop: isolated EventLoop) -> Int {
        var used = 0
        while isReading {
            if conversation.stage == .idle { requestNanoseconds = loop.now }
            switch conversation.next(bytes, used: &used) {
            case .wait:
                hasUnread = false
                return used
            case .admit(let head): admit(head)
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
