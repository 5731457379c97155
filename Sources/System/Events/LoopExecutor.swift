import Queues

/// The thread of an ``EventLoop``, on which everything of the loop runs.
///
/// It waits for descriptors and posted work in one system call, `epoll_wait(2)`. So it is a queue
/// that stays busy as long as there is the loop, and jobs of the actor come as posted work.
final class LoopExecutor: SerialExecutor {
    let epoll: Epoll
    let mailbox = LoopMailbox()
    private let waker: Waker
    private let thread: QueueExecutor

    /// The maximum of events that are read at once.
    private static let eventsMax = 256

    /// - Parameter label: names the thread's queue in a debugger.
    init(label: String) throws(SystemError) {
        epoll = try Epoll()
        waker = try Waker(of: epoll)
        thread = QueueExecutor(blockingLabel: label)
    }

    /// The value for the loop's `unownedExecutor`; the loop must own this executor.
    @safe var reference: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

    func checkIsolated() { thread.checkIsolated() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        post { [self] _ in unsafe job.runSynchronously(on: reference) }
    }

    /// Has the loop run `work`; may be called from any thread.
    func post(_ work: @escaping LoopMailbox.Work) {
        if mailbox.post(work) { waker.wake() }
    }

    /// Gives the loop its turns until ``end()``; each has the events since the turn before.
    func start(_ loop: EventLoop) {
        thread.run { [weak loop, self] in
            var events = EpollEvents(capacity: Self.eventsMax)
            var milliseconds: CInt = -1
            while true {
                events.wait(for: epoll, milliseconds: milliseconds)
                // Released before the next wait, so that the loop can end during it.
                guard let loop else { return }
                milliseconds = loop.assumeIsolated { $0.turn(&events) }
            }
        }
    }

    /// Ends the thread; called when the loop has no reference any more.
    func end() { waker.wake() }
}
