import HTTPCore
import Testing

@testable import HTTPServer

@Suite struct `An outbox` {
    private func exchange(_ number: UInt64) -> OpenExchange {
        OpenExchange(head: nil, number: number, receivedNanoseconds: 0)
    }

    @Test func `says which answers are out with the bytes sent`() {
        var outbox = Outbox()
        outbox.append { $0 += [1, 2, 3] }
        outbox.end(exchange(1))
        outbox.append { $0 += [4, 5] }
        outbox.end(exchange(2))
        outbox.sent(2)
        #expect(outbox.removeSent()?.number == nil)
        outbox.sent(1)
        #expect(outbox.removeSent()?.number == 1)
        #expect(outbox.removeSent()?.number == nil)
        #expect(outbox.count == 2)
        outbox.sent(2)
        #expect(outbox.removeSent()?.number == 2)
        #expect(outbox.isEmpty)
        #expect(outbox.bytes.capacity == 0)
        #expect(outbox.progress == 5)
    }

    @Test func `releases what is sent of much, and knows its place all the same`() {
        var outbox = Outbox()
        let count = 1_000_000
        outbox.append { $0 += (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
        outbox.end(exchange(1))
        outbox.append { $0.append(1) }
        outbox.end(exchange(2))
        var sent = 0
        while sent < count {
            #expect(outbox.bytes[outbox.sentCount] == UInt8(truncatingIfNeeded: sent))
            #expect(outbox.removeSent() == nil)
            outbox.sent(1_000)
            sent += 1_000
            #expect(outbox.progress == sent)
            #expect(outbox.count == count + 1 - sent)
            #expect(outbox.bytes.capacity <= 2 * outbox.count + 40_000 || sent < count / 2)
        }
        #expect(outbox.removeSent()?.number == 1)
        #expect(outbox.removeSent() == nil)
        outbox.sent(1)
        #expect(outbox.removeSent()?.number == 2)
    }

    @Test func `holds no more for many appends than what waits`() {
        var outbox = Outbox()
        for _ in 0..<4_000 {
            outbox.append { $0 += [UInt8](repeating: 97, count: 50_000) }
            while outbox.count > 65_536 { outbox.sent(4_096) }
            #expect(outbox.bytes.capacity < 600_000)
        }
        #expect(outbox.progress + outbox.count == 200_000_000)
    }

    @Test func `hands back what was not sent when it is abandoned`() {
        var outbox = Outbox()
        for number in 1...2 {
            outbox.append { $0 += [0, 0] }
            outbox.end(exchange(UInt64(number)))
        }
        outbox.sent(3)
        #expect(outbox.removeSent()?.number == 1)
        #expect(outbox.abandon().map(\.number) == [2])
        #expect(outbox.isEmpty)
    }

    @Test func `an answer without bytes is out at once`() {
        var outbox = Outbox()
        outbox.end(exchange(1))
        #expect(outbox.removeSent()?.number == 1)
    }
}

@Suite struct `A backlog` {
    @Test func `keeps what is not used, in order, and no memory when all is`() {
        var backlog = Backlog()
        backlog.append([1, 2, 3].span)
        backlog.drop(2)
        #expect(Array(backlog.storage[backlog.start...]) == [3])
        backlog.append([4].span)
        #expect(Array(backlog.storage[backlog.start...]) == [3, 4])
        #expect(!backlog.isEmpty)
        backlog.drop(2)
        #expect(backlog.isEmpty)
        #expect(backlog.storage.capacity == 0)
    }
}
