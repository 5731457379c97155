import Dispatch
import struct Queues.Completion
import Glibc
import Synchronization
import Testing

@testable import System

/// A pair of connected sockets.
private func pair() throws -> (CInt, CInt) {
    var numbers: [CInt] = [0, 0]
    let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, type, 0, &numbers) == 0)
    return (numbers[0], numbers[1])
}

/// Notes what a loop tells it; echoes nothing.
private final class Recorder: EventSource, Sendable {
    enum Event: Equatable { case ready(IOEvents), expired }

    private let events = Mutex<[Event]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    /// Called on the loop with each event.
    let whenReady = Mutex<(@Sendable () -> Void)?>(nil)

    func ready(_ readiness: IOEvents, on loop: isolated EventLoop) { note(.ready(readiness)) }
    func expired(on loop: isolated EventLoop) { note(.expired) }

    private func note(_ event: Event) {
        events.withLock { $0.append(event) }
        whenReady.withLock { $0?() }
        arrivals.signal()
    }

    /// The next event; nil when none comes within ten seconds.
    func next() -> Event? {
        guard arrivals.wait(timeout: .now() + 60) == .success else { return nil }
        return events.withLock { $0.removeFirst() }
    }

    var count: Int { events.withLock { $0.count } }
}

/// A number that closures of several threads use.
private final class SharedCount: Sendable { let value = Atomic(0) }

/// Sources that ask for another turn in each of their turns, until another source gets an event.
private final class Crowd: Sendable {
    private final class Member: EventSource, Sendable {
        let crowd: Crowd
        let id = Mutex<EventSourceID?>(nil)

        init(_ crowd: Crowd) { self.crowd = crowd }

        func ready(_ readiness: IOEvents, on loop: isolated EventLoop) {}
        func expired(on loop: isolated EventLoop) {}

        func resume(on loop: isolated EventLoop) {
            let number = crowd.turns.wrappingAdd(1, ordering: .relaxed).newValue
            if number == Crowd.writtenAt { write(crowd.end, "a", 1) }
            if crowd.isOver.load(ordering: .relaxed) { return }
            if let id = id.withLock({ $0 }) { loop.requestTurn(of: id) }
        }
    }

    /// The turn in which the event is caused.
    static let writtenAt = 1_100
    let turns = Atomic(0)
    let isOver = Atomic(false)
    private let end: CInt
    private let members = Mutex<[EventSourceID]>([])

    /// - Parameter end: the other end of the socket of the source that gets the event.
    init(writingTo end: CInt) { self.end = end }

    func add(_ descriptor: consuming Descriptor, to loop: isolated EventLoop) {
        let member = Member(self)
        guard let id = try? loop.add(member, watching: descriptor) else { return }
        Holder.keep(descriptor)
        member.id.withLock { $0 = id }
        members.withLock { $0.append(id) }
    }

    /// All ask for their first turn.
    func start(on loop: isolated EventLoop) {
        for id in members.withLock({ $0 }) { loop.requestTurn(of: id) }
    }
}

/// Runs on the loop and waits for the result.
private func on<Result: Sendable>(
    _ loop: EventLoop,
    _ body: @escaping @Sendable (isolated EventLoop) -> Result
) -> Result? {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result?>(nil)
    loop.post { loop in
        let value = body(loop)
        result.withLock { $0 = value }
        done.signal()
    }
    guard done.wait(timeout: .now() + 60) == .success else { return nil }
    return result.withLock { $0 }
}

@Suite struct `An event loop` {
    @Test func `runs what is posted, once each, in order of posting`() throws {
        let loop = try EventLoop(label: "test")
        let seen = Mutex<[Int]>([])
        for number in 0..<10_000 { loop.post { _ in seen.withLock { $0.append(number) } } }
        _ = on(loop) { _ in true }
        #expect(seen.withLock { $0 } == Array(0..<10_000))
    }

    @Test func `runs what many threads post`() throws {
        let loop = try EventLoop(label: "test")
        let count = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<5000 { loop.post { _ in count.withLock { $0 += 1 } } }
        }
        _ = on(loop) { _ in true }
        #expect(count.withLock { $0 } == 40_000)
    }

    @Test func `runs what its own work posts`() throws {
        let loop = try EventLoop(label: "test")
        let done = DispatchSemaphore(value: 0)
        loop.post { loop in loop.post { loop in loop.post { _ in done.signal() } } }
        #expect(done.wait(timeout: .now() + 60) == .success)
    }

    @Test func `runs what was posted before its last reference went`() throws {
        for _ in 0..<500 {
            let done = DispatchSemaphore(value: 0)
            try EventLoop(label: "test").post { _ in done.signal() }
            try #require(done.wait(timeout: .now() + 10) == .success)
        }
    }

    @Test func `runs awaited jobs in its turns`() async throws {
        let loop = try EventLoop(label: "test")
        loop.post { $0.receiveBuffer = [1] }
        #expect(await loop.receiveBuffer == [1])
    }

    @Test func `runs what was posted before it reports events`() throws {
        let loop = try EventLoop(label: "test")
        let (mine, theirs) = try pair()
        defer { close(theirs) }
        let recorder = Recorder()
        loop.post(Descriptor(owning: mine)) { descriptor, loop in
            _ = try? loop.add(recorder, watching: descriptor)
            Holder.keep(descriptor)
        }
        #expect(recorder.next() == .ready(.writable))
        let (hasBegun, isPosted) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let countAtWork = Mutex<Int?>(nil)
        loop.post { _ in
            hasBegun.signal()
            isPosted.wait()
            write(theirs, "a", 1)
        }
        hasBegun.wait()
        // Runs in the next turn, which has the event as well.
        loop.post { _ in countAtWork.withLock { $0 = recorder.count } }
        isPosted.signal()
        #expect(recorder.next() == .ready([.readable, .writable]))
        #expect(countAtWork.withLock { $0 } == 0)
    }

    @Test func `gives few turns between an event and the next`() throws {
        let loop = try EventLoop(label: "test")
        let (mine, theirs) = try pair()
        defer { close(theirs) }
        let crowd = Crowd(writingTo: theirs)
        let recorder = Recorder()
        loop.post(Descriptor(owning: mine)) { descriptor, loop in
            _ = try? loop.add(recorder, watching: descriptor)
            Holder.keep(descriptor)
        }
        #expect(recorder.next() == .ready(.writable))
        let turns = SharedCount()
        recorder.whenReady.withLock {
            $0 = {
                turns.value.store(crowd.turns.load(ordering: .relaxed), ordering: .relaxed)
                crowd.isOver.store(true, ordering: .relaxed)
            }
        }
        var others: [CInt] = []
        defer { for other in others { close(other) } }
        for _ in 0..<200 {
            let (mine, other) = try pair()
            others.append(other)
            loop.post(Descriptor(owning: mine)) { descriptor, loop in
                crowd.add(descriptor, to: loop)
            }
        }
        loop.post { crowd.start(on: $0) }
        #expect(recorder.next() == .ready([.readable, .writable]))
        let count = turns.value.load(ordering: .relaxed)
        #expect((Crowd.writtenAt...Crowd.writtenAt + 32).contains(count))
    }

    @Test func `reports each change once`() throws {
        let loop = try EventLoop(label: "test")
        let (mine, theirs) = try pair()
        defer { close(theirs) }
        let recorder = Recorder()
        loop.post(Descriptor(owning: mine)) { descriptor, loop in
            do {
                _ = try loop.add(recorder, watching: descriptor)
                // Kept open by the posted work for as long as the test needs it.
                Holder.keep(descriptor)
            } catch { Issue.record(error) }
        }
        // Writable from the start.
        #expect(recorder.next() == .ready(.writable))
        write(theirs, "a", 1)
        #expect(recorder.next() == .ready([.readable, .writable]))
        // Unread bytes are not reported again, new ones are.
        write(theirs, "b", 1)
        #expect(recorder.next() == .ready([.readable, .writable]))
        shutdown(theirs, CInt(SHUT_WR))
        #expect(recorder.next() == .ready([.readable, .writable, .peerEnded]))
        #expect(recorder.count == 0)
    }

    @Test func `tells a source when its time is up, and not when it was changed or removed`()
        throws
    {
        let loop = try EventLoop(label: "test")
        let recorders = [Recorder(), Recorder(), Recorder()]
        var others: [CInt] = []
        for (index, recorder) in recorders.enumerated() {
            let (mine, theirs) = try pair()
            others.append(theirs)
            loop.post(Descriptor(owning: mine)) { descriptor, loop in
                guard let id = try? loop.add(recorder, watching: descriptor) else { return }
                Holder.keep(descriptor)
                loop.setDeadline(loop.now, for: id)
                if index == 1 { loop.setDeadline(.max, for: id) }
                if index == 2 { loop.remove(id) }
            }
        }
        defer { for other in others { close(other) } }
        #expect(recorders[0].next() == .ready(.writable))
        #expect(recorders[0].next() == .expired)
        #expect(recorders[1].next() == .ready(.writable))
        _ = on(loop) { _ in true }
        #expect(recorders.map(\.count) == [0, 0, 0])
    }

    @Test func `does not take a new source for the one whose place it has`() throws {
        let loop = try EventLoop(label: "test")
        let ids = on(loop) { loop -> [EventSourceID] in
            var ids: [EventSourceID] = []
            for _ in 0..<2 {
                guard let (mine, theirs) = try? pair() else { return [] }
                let descriptor = Descriptor(owning: mine)
                _ = Descriptor(owning: theirs)
                guard let id = try? loop.add(Recorder(), watching: descriptor) else { return [] }
                ids.append(id)
                loop.remove(id)
                loop.remove(id)
            }
            return ids
        }
        let (first, second) = (try #require(ids?.first), try #require(ids?.last))
        #expect(first.index == second.index)
        #expect(first != second)
        #expect(on(loop) { $0.source(first) == nil && $0.source(second) == nil } == true)
    }

    @Test func `is there for each processor`() throws {
        let loops = try EventLoop.onePerProcessor()
        #expect(loops.count == sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        for loop in loops { #expect(on(loop) { _ in true } == true) }
    }

    @Test func `completions run in order on the loop`() throws {
        let loop = try EventLoop(label: "test")
        let numbers = Mutex<[Int]>([])
        let done = DispatchSemaphore(value: 0)
        let completions = (0..<100).map { number in
            Completion {
                loop.preconditionIsolated()
                numbers.withLock { $0.append(number) }
            }
        }
        loop.run(completions + [Completion { done.signal() }])
        #expect(done.wait(timeout: .now() + 60) == .success)
        #expect(numbers.withLock { $0 } == Array(0..<100))
    }

    @Test func `closes its descriptor when the last reference goes`() async {
        await #expect(processExitsWith: .success) {
            _ = on(try EventLoop(label: "warm up")) { _ in true }
            for _ in 0..<2000 { _ = on(try EventLoop(label: "test")) { _ in true } }
            // With 1024 descriptors as the usual limit, that fails unless they are closed.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let next = dup(0)
            #expect(next < 1000)
        }
    }
}

/// Keeps descriptors open until the process ends.
private enum Holder {
    private static let held = Mutex<[DescriptorBox]>([])

    static func keep(_ descriptor: consuming Descriptor) {
        let box = DescriptorBox(descriptor)
        held.withLock { $0.append(box) }
    }
}

@Suite struct `A mailbox` {
    @Test func `asks for the loop to be woken once until it rests`() throws {
        let mailbox = LoopMailbox()
        #expect(mailbox.post { _ in })
        #expect(!mailbox.post { _ in })
        mailbox.attend()
        var batch: [LoopMailbox.Work] = []
        mailbox.collect(into: &batch)
        #expect(batch.count == 2)
        // Posted while the loop is at work, after it looked.
        #expect(!mailbox.post { _ in })
        #expect(!mailbox.rest())
        batch = []
        mailbox.collect(into: &batch)
        #expect(batch.count == 1)
        #expect(mailbox.rest())
        #expect(mailbox.post { _ in })
    }
}
