@unsafe @preconcurrency import Dispatch
import Glibc
package import Queues

/// A serial queue that serves many descriptors.
///
/// One Dispatch source watches the descriptor of one epoll set, which holds the descriptors of all
/// sources: a Dispatch source for each of them would cost twice the system calls. Sources belong to
/// their loop and run only on its queue; what other threads have for them comes through
/// ``post(_:)``.
package actor EventLoop: CompletionQueue {
    /// How many times in a row the loop looks for events before it lets other work on its queue.
    private static let roundsMax = 16

    /// How many events at once make it worth looking again right away, for one system call, before
    /// resting, where Dispatch needs several to wake the loop again.
    private static let busyEventCount = 4

    /// How long the sweep for deadlines sleeps: what a deadline may be late by.
    private static let sweepSeconds = 1

    private nonisolated let executor: QueueExecutor
    private nonisolated let mailbox = Mailbox()
    private let epoll: Epoll
    private let watch: any DispatchSourceRead
    private var events = EpollEvents(capacity: 256)
    private var batch: [Mailbox.Work] = []
    private var sources = SourceTable()
    private var isSweepDue = false

    /// Monotonic nanoseconds when the loop last looked for events.
    package private(set) var now: UInt64

    /// Memory to receive into, shared by the sources, so that an idle one needs none of its own.
    ///
    /// A source takes it out for as long as it uses it.
    package var receiveBuffer = [UInt8](repeating: 0, count: 65_536)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    /// A loop that runs until the last reference goes; `label` names its queue in a debugger.
    package init(label: String) throws(SystemError) {
        executor = QueueExecutor(label: label)
        epoll = try Epoll()
        now = SystemClock.monotonicNanoseconds()
        let watch = DispatchSource.makeReadSource(
            fileDescriptor: epoll.descriptor.raw,
            queue: executor.queue
        )
        self.watch = watch
        // Keeps the descriptor open until Dispatch has let go of it: closed earlier, the next
        // descriptor with the same number would silently get no events.
        watch.setCancelHandler { [epoll] in _ = epoll }
        watch.setEventHandler { [weak self] in self?.assumeIsolated { $0.run() } }
        watch.activate()
    }

    /// As many loops as the machine has processors, so that all of them can be kept busy.
    package static func onePerProcessor() throws(SystemError) -> [EventLoop] {
        var loops: [EventLoop] = []
        // -1 where the system does not tell.
        for index in 0..<max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) {
            loops.append(try EventLoop(label: "loop.\(index)"))
        }
        return loops
    }

    deinit { watch.cancel() }

    /// Runs `work` on the loop, soon, in the order of posting. May be called from any thread.
    package nonisolated func post(_ work: @escaping @Sendable (isolated EventLoop) -> Void) {
        if mailbox.post(work) { wake() }
    }

    /// Runs all of `completions` on the loop, soon, in order, for one place in its mailbox.
    package nonisolated func run(_ completions: [Completion]) {
        post { _ in for completion in completions { completion.run() } }
    }

    /// The same for work that has time.
    package nonisolated func post(
        afterSeconds seconds: Int,
        _ work: @escaping @Sendable (isolated EventLoop) -> Void
    ) {
        executor.queue.asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            self?.post(work)
        }
    }

    /// The same for work that takes over a descriptor.
    package nonisolated func post(
        _ descriptor: consuming Descriptor,
        _ work: @escaping @Sendable (consuming Descriptor, isolated EventLoop) -> Void
    ) {
        let box = DescriptorBox(descriptor)
        post { loop in
            if let descriptor = box.take() { work(descriptor, loop) }
        }
    }

    private nonisolated func wake() {
        executor.queue.async { [self] in assumeIsolated { $0.run() } }
    }

    /// Handles events and posted work until both run dry, or it is time to let others in.
    private func run() {
        mailbox.attend()
        for _ in 0..<Self.roundsMax {
            let workCount = handleWork()
            let eventCount = handleEvents()
            guard workCount > 0 || eventCount >= Self.busyEventCount else { break }
        }
        if !mailbox.rest() { wake() }
    }

    private func handleWork() -> Int {
        mailbox.collect(into: &batch)
        guard !batch.isEmpty else { return 0 }
        var works: [Mailbox.Work] = []
        swap(&works, &batch)
        for work in works { work(self) }
        let count = works.count
        works.removeAll(keepingCapacity: true)
        batch = works
        return count
    }

    private func handleEvents() -> Int {
        events.poll(epoll)
        now = SystemClock.monotonicNanoseconds()
        for index in 0..<events.count {
            let event = events[index]
            // A source that an earlier event of this round removed is not there any more.
            sources[EventSourceID(token: event.token)]?.ready(event.readiness, on: self)
        }
        return events.count
    }
}

// What sources call, on the loop.
extension EventLoop {
    /// Begins to report what happens on `descriptor`, and what is the case already, to `source`.
    ///
    /// The source is kept until ``remove(_:)``, which it must call when it closes the descriptor.
    package func add(
        _ source: any EventSource,
        watching descriptor: borrowing Descriptor
    ) throws(SystemError) -> EventSourceID {
        try add(source, watching: descriptor.raw)
    }

    /// The same for a listener; nil when it is closed already.
    package func add(
        _ source: any EventSource,
        watching listener: Listener
    ) throws(SystemError) -> EventSourceID? {
        guard let raw = listener.raw else { return nil }
        return try add(source, watching: raw)
    }

    private func add(
        _ source: any EventSource,
        watching raw: CInt
    ) throws(SystemError) -> EventSourceID {
        let id = sources.insert(source)
        do throws(SystemError) {
            try epoll.add(raw, token: id.token)
        } catch {
            sources.remove(id)
            throw error
        }
        scheduleSweep()
        return id
    }

    /// Forgets a source. Its descriptor is to be closed: that ends the watching.
    package func remove(_ id: EventSourceID) { sources.remove(id) }

    /// Calls the source's `expired(on:)` once ``now`` is past `nanoseconds`, a second late at most.
    ///
    /// Replaces the deadline set before; `.max` sets none.
    package func setDeadline(_ nanoseconds: UInt64, for id: EventSourceID) {
        sources.setDeadline(nanoseconds, for: id)
    }

    /// Tells the source again, after the others have had their turn, that it may read.
    package func readAgain(_ id: EventSourceID) {
        post { loop in loop.sources[id]?.ready(.readable, on: loop) }
    }

    /// The source of that id, or nil when it has been removed.
    package func source(_ id: EventSourceID) -> (any EventSource)? { sources[id] }

    /// All sources, in no particular order.
    package var allSources: [any EventSource] { sources.all }

    private func scheduleSweep() {
        guard !isSweepDue, sources.count > 0 else { return }
        isSweepDue = true
        executor.queue.asyncAfter(deadline: .now() + .seconds(Self.sweepSeconds)) { [weak self] in
            self?.assumeIsolated { $0.sweep() }
        }
    }

    private func sweep() {
        isSweepDue = false
        // Bytes that have arrived in time count, however late this process gets to run.
        run()
        for source in sources.takeExpired(now: now) { source.expired(on: self) }
        scheduleSweep()
    }
}

/// Something with a descriptor that lives on an ``EventLoop``.
package protocol EventSource: AnyObject {
    /// Something has changed on the descriptor.
    ///
    /// Reported once per change: a source that leaves bytes unread has to remember that it did.
    func ready(_ readiness: IOEvents, on loop: isolated EventLoop)

    /// The deadline set with ``EventLoop/setDeadline(_:for:)`` has passed; it is set no more.
    func expired(on loop: isolated EventLoop)
}

/// Names a source of one loop. An id is not given again when its source has been removed.
package struct EventSourceID: Hashable, Sendable {
    let index: UInt32
    let generation: UInt32

    init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    init(token: UInt64) {
        index = UInt32(truncatingIfNeeded: token)
        generation = UInt32(truncatingIfNeeded: token >> 32)
    }

    /// The id as the number that epoll hands back with an event.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(index) }
}
