@unsafe @preconcurrency import Dispatch
import Glibc
package import Queues

/// A thread that serves many descriptors.
///
/// It waits for all of them, and for posted work, in one system call: a Dispatch source would need
/// a second thread and three more calls for each wait. Sources belong to their loop and run on its
/// thread only. Other threads pass work to them with ``post(_:)``.
package actor EventLoop: CompletionQueue {
    /// How many waiting sources get a turn between two checks for events, so that those with much
    /// to read hold up no others.
    private static let turnsMax = 32

    /// The interval of the sweep for deadlines, in nanoseconds: so late may a deadline be noticed.
    private static let sweepNanoseconds: UInt64 = 1_000_000_000

    private nonisolated let executor: LoopExecutor
    private var batch: [LoopMailbox.Work] = []
    private var sources = SourceTable()

    /// The sources that wait for a turn, in order.
    private var waiting: [EventSourceID] = []

    /// When the next sweep is due; passes unused while the loop has no sources.
    private var sweepTime: UInt64 = 0

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
        executor = try LoopExecutor(label: label)
        now = SystemClock.monotonicNanoseconds()
        executor.start(self)
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

    deinit { executor.end() }

    /// Runs `work` on the loop, soon, in the order of the calls; may be called from any thread.
    package nonisolated func post(_ work: @escaping @Sendable (isolated EventLoop) -> Void) {
        // The work keeps the loop until it has run: this may be the last reference.
        executor.post { [self] loop in withExtendedLifetime(self) { work(loop) } }
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
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
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

    /// Handles events, posted work and sources that wait for a turn.
    ///
    /// - Parameter events: those since the turn before.
    /// - Returns: for how many milliseconds the thread may wait for more; -1 without an end.
    func turn(_ events: inout EpollEvents) -> CInt {
        executor.mailbox.attend()
        now = SystemClock.monotonicNanoseconds()
        // First, because responses are posted work, and an event may be a request to examine.
        runWork()
        report(events)
        giveTurns()
        if sources.count > 0, now >= sweepTime { sweep(&events) }
        guard waiting.isEmpty, executor.mailbox.rest() else { return 0 }
        if sources.count == 0 { return -1 }
        // One millisecond more: a wait that ends before the time would be followed by another.
        return CInt((sweepTime - min(sweepTime, now)) / 1_000_000) + 1
    }

    /// Reports events to their sources.
    private func report(_ events: EpollEvents) {
        for event in events.events {
            if event.token == Epoll.wakingToken { continue }
            // An earlier event of this round may have removed the source.
            sources[EventSourceID(token: event.token)]?.ready(event.readiness, on: self)
        }
    }

    /// Runs the posted work.
    private func runWork() {
        executor.mailbox.collect(into: &batch)
        guard !batch.isEmpty else { return }
        var works: [LoopMailbox.Work] = []
        swap(&works, &batch)
        for work in works { work(self) }
        works.removeAll(keepingCapacity: true)
        batch = works
    }

    /// Reports passed deadlines.
    private func sweep(_ events: inout EpollEvents) {
        // Bytes that arrived before the deadline count, even if this process runs late.
        events.wait(for: executor.epoll, milliseconds: 0)
        now = SystemClock.monotonicNanoseconds()
        report(events)
        sweepTime = now + Self.sweepNanoseconds
        for source in sources.clearExpired(now: now) { source.expired(on: self) }
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
            try executor.epoll.add(raw, token: id.token)
        } catch {
            sources.remove(id)
            throw error
        }
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
    package func requestTurn(of id: EventSourceID) { waiting.append(id) }

    /// Resumes the sources that have waited longest.
    private func giveTurns() {
        if waiting.isEmpty { return }
        // An array of its own: with a slice, removing would copy all that wait.
        let ids = Array(waiting.prefix(Self.turnsMax))
        waiting.removeFirst(ids.count)
        for id in ids { sources[id]?.resume(on: self) }
    }

    /// The source with this ID; nil when it was removed.
    package func source(_ id: EventSourceID) -> (any EventSource)? { sources[id] }

    /// All sources, in no particular order.
    package var allSources: [any EventSource] { sources.all }
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
