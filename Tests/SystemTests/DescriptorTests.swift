import Dispatch
import Glibc
import Testing

@testable import System

/// Two ends of one connection.
private struct Ends: ~Copyable {
    let left: Descriptor
    let right: Descriptor

    init() throws {
        var numbers: [CInt] = [0, 0]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &numbers) == 0)
        left = Descriptor(owning: numbers[0])
        right = Descriptor(owning: numbers[1])
    }
}

@Suite struct `A descriptor` {
    @Test func `carries bytes, as far as there is room`() throws {
        let ends = try Ends()
        var buffer = [UInt8](repeating: 0, count: 3)
        #expect(try ends.right.receive(into: &buffer) == .wouldBlock)
        #expect(try ends.left.send([1, 2, 3, 4].span) == 4)
        #expect(try ends.right.receive(into: &buffer) == .bytes(3))
        #expect(buffer == [1, 2, 3])
        #expect(try ends.right.receive(into: &buffer) == .bytes(1))
        try ends.left.endSending()
        #expect(try ends.right.receive(into: &buffer) == .ended)
    }

    @Test func `takes nothing when the kernel has no room`() throws {
        let ends = try Ends()
        let block = [UInt8](repeating: 0, count: 1_000_000)
        while try ends.left.send(block.span) > 0 {}
        #expect(try ends.left.send(block.span) == 0)
    }

    @Test func `reports a peer that has gone as an error, not as a signal`() throws {
        let ends = try Ends()
        let left = try oneEnd(of: ends)
        let error = #expect(throws: SystemError.self) {
            _ = try left.send([1].span)
        }
        #expect(error == SystemError(call: "send", code: EPIPE))
        #expect(error?.description == "send: Broken pipe (32)")
    }

    private func oneEnd(of ends: consuming Ends) throws -> Descriptor {
        Descriptor(owning: dup(ends.left.raw))
    }

    @Test func `is closed when it goes`() throws {
        let ends = try Ends()
        let other = dup(ends.right.raw)
        defer { close(other) }
        _ = try oneEnd(of: ends)
        // Both left ends are closed now.
        var byte: UInt8 = 0
        #expect(read(other, &byte, 1) == 0)
    }
}

@Suite struct `The process` {
    @Test func `can raise its limit of descriptors to the hard one`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 100, rlim_max: 200)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let values = [
                try FileLimit.current(), try FileLimit.raise(), try FileLimit.raise(),
            ]
            let raised = FileLimit.Values(soft: 200, hard: 200)
            #expect(values == [FileLimit.Values(soft: 100, hard: 200), raised, raised])
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func `is told of a signal instead of ended by it`(number: CInt) async {
        await #expect(processExitsWith: .success) { [number = number as CInt] in
            let arrived = DispatchSemaphore(value: 0)
            let signals = Signals { if $0.number == number { arrived.signal() } }
            for _ in 0..<2 {
                kill(getpid(), number)
                #expect(arrived.wait(timeout: .now() + 60) == .success)
            }
            _ = signals
        }
    }

    @Test func `survives a write to a closed pipe`() async {
        await #expect(processExitsWith: .success) {
            Signals.ignoreWriteSignals()
            var ends: [CInt] = [0, 0]
            pipe(&ends)
            close(ends[0])
            #expect(write(ends[1], "a", 1) == -1)
            #expect(errno == EPIPE)
        }
    }
}
