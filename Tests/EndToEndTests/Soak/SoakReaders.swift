import Foundation
import Glibc
import Support

/// A client of the feed that crashes, and continues from what it has stored.
protocol SoakReader: AnyObject, Sendable {
    var name: String { get }

    /// Up to where it has done its work and stored it.
    var offset: Int { get }

    func start()

    /// Ends it at any place of its work; it starts again with what was stored.
    func crash()

    func end()
}

/// Where readers find a feed, and what they have in common.
protocol FeedScene: AnyObject, Sendable {
    var feed: FeedRecord { get }
    var findings: SoakFindings { get }

    /// A connection to the internal API; through a link that disturbs it, or directly.
    func connect(throughLink: Bool) throws -> RawClient

    /// A request with a token.
    func request(_ method: String, _ target: String, _ body: String) -> WireRequest
}

/// A service that follows the feed as article Integrating says, over connections that break.
final class FeedReader: SoakReader, @unchecked Sendable {
    /// How it reads, and where it stores its offset.
    enum Kind: String, CaseIterable {
        /// Long polls; the offset is stored with its own work.
        case poll
        /// Server-sent events; the same.
        case stream
        /// Long polls; the offset is stored in the receiver.
        case named
    }

    private struct Crash: Error {}

    private let kind: Kind
    private unowned let scene: any FeedScene
    private let lock = NSLock()
    private var stored = 0
    private var attempted = 0
    private var client: RawClient?
    private var isCrashing = false
    private var isEnding = false
    private var isRunning = false

    var name: String { kind.rawValue }
    var offset: Int { lock.withLock { stored } }

    init(_ kind: Kind, _ scene: any FeedScene) {
        self.kind = kind
        self.scene = scene
    }

    func start() {
        isRunning = true
        Thread.detachNewThread { [self] in
            while !lock.withLock({ isEnding }) {
                lock.withLock { isCrashing = false }
                do { try live() } catch { usleep(50_000) }
            }
            lock.withLock { isRunning = false }
        }
    }

    func crash() {
        lock.withLock {
            isCrashing = true
            client?.endSending()
        }
    }

    func end() {
        lock.withLock { isEnding = true }
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while lock.withLock({ isRunning }), Date() < deadline {
            crash()
            usleep(20_000)
        }
    }

    /// One life: from its start with the stored offset to a crash, or a broken connection.
    private func live() throws {
        var offset = try load()
        switch kind {
        case .poll, .named:
            let start = { (offset: Int) in self.kind == .named ? "consumer=soak" : "after=\(offset)"
            }
            while true {
                let target = "/v1/transitions?\(start(offset))&wait=2&limit=37"
                let response = try exchange("GET", target)
                guard response.status == 200 else { throw refused(target, response) }
                let transitions = response.json["transitions"].items
                // A request of an earlier life that a link has delayed may store its offset now.
                if kind == .named, let first = transitions.first?["sequence"].integer,
                    storedRange.contains(first - 1)
                {
                    offset = first - 1
                }
                offset = try work(transitions, after: offset)
            }
        case .stream:
            let client = try connect()
            var request = scene.request("GET", "/v1/transitions/stream?after=0", "")
            request.add("Last-Event-ID", "\(offset)")
            try client.send(request.bytes)
            let stream = try EventSource(client)
            guard stream.head.status == 200 else { throw refused("stream", stream.head) }
            while let event = try stream.next() {
                offset = try work([event.json], after: offset)
            }
        }
    }

    /// Does its work with transitions, then stores the offset after them.
    private func work(_ transitions: [JSON], after offset: Int) throws -> Int {
        let next = scene.feed.observe(transitions, after: offset, by: name)
        if lock.withLock({ isCrashing }) { throw Crash() }
        if next > offset { try store(next, from: offset) }
        return next
    }

    private func load() throws -> Int {
        guard kind == .named else { return self.offset }
        let response = try exchange("GET", "/v1/consumers/soak")
        if response.status == 404, offset == 0 {
            try store(0, from: 0)
            return 0
        }
        guard response.status == 200 else { throw refused("consumer", response) }
        let position = response.json["position"].integer ?? -1
        let range = storedRange
        if !range.contains(position) {
            let text = "\(name) was given \(position), it has stored \(range)"
            scene.findings.add(text, by: OffsetsAreReached.name)
        }
        lock.withLock { stored = max(stored, position) }
        return position
    }

    private func store(_ offset: Int, from expected: Int) throws {
        if kind == .named {
            lock.withLock { attempted = max(attempted, offset) }
            let body = "{\"position\":\(offset),\"expected\":\(expected)}"
            let response = try exchange("PUT", "/v1/consumers/soak", body)
            // 409: an earlier request whose response was lost has been carried out.
            guard [200, 201].contains(response.status) else { throw refused("store", response) }
        }
        lock.withLock { stored = max(stored, offset) }
    }

    /// For a consumer whose offset is stored in the receiver: the least and the largest that it can
    /// have there.
    var storedRange: ClosedRange<Int> { lock.withLock { stored...max(stored, attempted) } }

    private func connect() throws -> RawClient {
        let client = try scene.connect(throughLink: true)
        try lock.withLock {
            if isCrashing { throw Crash() }
            self.client = client
        }
        return client
    }

    private func exchange(
        _ method: String,
        _ target: String,
        _ body: String = ""
    ) throws -> RawResponse {
        try connect().exchange(scene.request(method, target, body).bytes)
    }

    private func refused(_ what: String, _ response: RawResponse) -> SoakScene.Unavailable {
        if response.status < 500, response.status != 409 {
            scene.findings.add("\(name), \(what): \(response.text)", by: ReadersAdvance.name)
        }
        return SoakScene.Unavailable()
    }
}

/// `cashin-receiver forward`, which is killed and started again.
final class ForwardReader: SoakReader, @unchecked Sendable {
    let name = "forward"
    private unowned let scene: SoakScene
    private let lock = NSLock()
    private var process: ChildProcess?
    private var next = 1

    init(_ scene: SoakScene) { self.scene = scene }

    /// Up to where the shop has accepted everything in order.
    var offset: Int { lock.withLock { next - 1 } }

    /// Moves on to the message after `sequence`.
    func accepted(_ sequence: Int) { lock.withLock { next = max(next, sequence + 1) } }

    func start() {
        let process = try? ChildProcess(
            Daemon.program,
            [
                "forward", "--to", scene.shop.url,
                "--secret-file", scene.workspace.directory + "shop.secret",
                "--consumer", "orders.shop", "--url", scene.linkedURL,
                "--token-file", scene.workspace.directory + "orders.token",
                "--from", "beginning",
            ]
        )
        lock.withLock { self.process = process }
    }

    func crash() {
        end()
        start()
    }

    /// Starts it again if it has ended by itself, as a service manager does.
    func revive() {
        guard let process = lock.withLock({ process }),
            process.errors.waitForEnd(withinSeconds: 0)
        else { return }
        start()
    }

    func end() {
        guard let process = lock.withLock({ process }) else { return }
        process.signal(SIGKILL)
        _ = try? process.wait()
    }
}
