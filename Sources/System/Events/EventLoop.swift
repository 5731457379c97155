@unsafe @preconcurrency import Dispatch
import Glibc
package import Queues

/// A serial queue that serves many descriptors.
///
/// One Dispatch source watches one epoll set with the descriptors of all sources, because a
/// Dispatch source for each descriptor would need twice the system calls. Sources belong to their
/// loop and run on its queue only. Other threads pass work to them with ``post(_:)``.
package actor EventLoop: CompletionQueue {
    /// How many times in a row the loop checks for events before other work on its queue runs.
    private static let roundsMax = 16

    /// The number of events after which the loop checks again before it rests: a check is one
    /// system call, waking the loop takes several.
    private static let busyEventCount = 4

    /// How many waiting sources get a turn between two checks for events, so that those with much
    /// to read hold up no others.
    private static let turnsMax = 32

    /// The interval of the sweep for deadlines: a deadline may be late by this much.
    private static let sweepSeconds = 1

    private nonisolated let executor: QueueExecutor
    private nonisolated let mailbox = LoopMailbox()
    private let epoll: Epoll
    private let watch: any DispatchSourceRead
    private var events = EpollEvents(capacity: 256)
    private var batch: [LoopMailbox.Work] = []
    private var sources = SourceTable()

    /// The sources that wait for a turn, in order.
    private var waiting: [EventSourceID] = []
    private var isSweepDue = false

    /// The monotonic time of the loop's last check for events, in nanoseconds.
    package private(set) var now: UInt64

    /// A receive buffer that all sources of the loop share, so that an idle one needs none.
    ///
    /// A source moves it out for as long as it uses it.
    package var receiveBuffer = [UInt8](repeating: 0, count: 65_536)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    /// A loop that runs until its last reference is released; `label` names its queue in a
    /// debugger.
    package init(label: String) throws(SystemError) {
        executor = QueueExecutor(label: label)
        epoll = try Epoll()
        now = SystemClock.monotonicNanoseconds()
        let watch = DispatchSource.makeReadSource(
            fileDescriptor: epoll.descriptor.raw,
            queue: executor.queue
        )
        self.watch = watch
        // Keeps the descriptor open until Dispatch has released it. If it was closed earlier, the
        // next descriptor with the same number would silently get no events.
        watch.setCancelHandler { [epoll] in _ = epoll }
        watch.setEventHandler { [weak self] in self?.assumeIsolated { $0.run() } }
        watch.activate()
    }

    /// Creates one loop for each processor.
    package static func onePerProcessor() throws(SystemError) -> [EventLoop] {
        var loops: [EventLoop] = []
        // -1 when the number is unknown.
        for index in 0..<max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) {
            loops.append(try EventLoop(label: "loop.\(index)"))
        }
        return loops
    }

    deinit { watch.cancel() }

    /// Runs `work` on the loop, soon, in the order of the calls; may be called from any thread.
    package nonisolated func post(_ work: @escaping @Sendable (isolated EventLoop) -> Void) {
        if mailbox.post(work) { wake() }
    }

    /// Runs all of `completions` on the loop, soon and in order, as one job.
    package nonisolated func run(_ completions: [Completion]) {
        post { _ in for completion in completions { completion.run() } }
    }

    /// Runs `work` on the loop after a number of seconds.
    package nonisolated func post(
        afterSeconds seconds: Int,
        _ work: @escaping @Sendable (isolated EventLoop) -> Void
    ) {
        executor.queue.asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            self?.post(work)
        }
    }

    /// Runs work that takes ownership of a descriptor.
    package nonisolated func post(
        _ descriptor: consuming Descriptor,
        _ work: @escaping @Sendable (consuming Descriptor, isolated EventLoop) -> Void
    ) {
        let box = DescriptorBox(descriptor)
        post { loop in
            if let descriptor = box.removeDescriptor() { work(descriptor, loop) }
        }
    }

    /// Makes the loop run.
    private nonisolated func wake() {
        executor.queue.async { [self] in assumeIsolated { $0.run() } }
    }

    /// Handles events and posted work until there are none, or until other work on the queue must
    /// run.
    private func run() {
        mailbox.attend()
        for _ in 0..<Self.roundsMax {
            let workCount = handleWork()
            let eventCount = handleEvents()
            let turnCount = giveTurns()
            let isBusy = workCount > 0 || turnCount > 0 || eventCount >= Self.busyEventCount
            guard isBusy else { break }
        }
        if !mailbox.rest() || !waiting.isEmpty { wake() }
    }

    /// Runs the posted work; returns how many items there were.
    private func handleWork() -> Int {
        mailbox.collect(into: &batch)
        guard !batch.isEmpty else { return 0 }
        var works: [LoopMailbox.Work] = []
        swap(&works, &batch)
        for work in works { work(self) }
        let count = works.count
        works.removeAll(keepingCapacity: true)
        batch = works
        return count
    }

    /// Reports events to their sources; returns how many there were.
    private func handleEvents() -> Int {
        events.poll(epoll)
        now = SystemClock.monotonicNanoseconds()
        for index in 0..<events.count {
            let event = events[index]
            // An earlier event of this round may have removed the source.
            sources[EventSourceID(token: event.token)]?.ready(event.readiness, on: self)
        }
        return events.count
    }
}

// Called by sources, on the loop.
extension EventLoop {
    /// Reports to `source` what happens on `descriptor`, starting with its present state.
    ///
    /// The loop retains the source until ``remove(_:)``, which the source must call when it closes
    /// the descriptor.
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

    /// Removes a source. Its descriptor must be closed, which also removes it from the epoll set.
    package func remove(_ id: EventSourceID) { sources.remove(id) }

    /// Calls the source's `expired(on:)` once ``now`` is past `nanoseconds`, at most one second
    /// late.
    ///
    /// Replaces the previous deadline; `.max` means none.
    package func setDeadline(_ nanoseconds: UInt64, for id: EventSourceID) {
        sources.setDeadline(nanoseconds, for: id)
    }

    /// Resumes the source after other sources had their turn; once for each call.
    package func requestTurn(of id: EventSourceID) {
        waiting.append(id)
        // Empty work makes the loop run, wherever this is called from.
        if waiting.count == 1 { post { _ in } }
    }

    /// Resumes the sources that have waited longest; returns how many there were.
    private func giveTurns() -> Int {
        if waiting.isEmpty { return 0 }
        // An array of its own: with a slice, removing would copy all that wait.
        let ids = Array(waiting.prefix(Self.turnsMax))
        waiting.removeFirst(ids.count)
        for id in ids { sources[id]?.resume(on: self) }
        return ids.count
    }

    /// The source with this ID; nil when it was removed.
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

    /// Reports passed deadlines.
    private func sweep() {
        isSweepDue = false
        // Bytes that arrived before the deadline count, even if this process runs late.
        run()
        for source in sources.clearExpired(now: now) { source.expired(on: self) }
        scheduleSweep()
    }
}

/// An object with a descriptor, served by an ``EventLoop``.
package protocol EventSource: AnyObject {
    /// The readiness of the descriptor has changed.
    ///
    /// Each change is reported once: a source that leaves bytes unread must remember it.
    func ready(_ readiness: IOEvents, on loop: isolated EventLoop)

    /// It has the turn for which ``EventLoop/requestTurn(of:)`` was called.
    func resume(on loop: isolated EventLoop)

    /// The deadline set with ``EventLoop/setDeadline(_:for:)`` has passed and is cleared.
    func expired(on loop: isolated EventLoop)
}

extension EventSource {
    package func resume(on loop: isolated EventLoop) { ready(.readable, on: loop) }
}

/// Identifies a source of one loop. The ID of a removed source is not used again.
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

    /// The ID as the number that epoll returns with an event.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(index) }
}
