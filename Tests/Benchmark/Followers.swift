import Glibc
import Support

/// Clients that follow the feed, all on one thread.
struct Followers {
    /// How they follow.
    enum Kind: String, CaseIterable {
        case stream = "sse"
        case poll
    }

    /// Transitions that one of them got at once.
    struct Batch {
        let first: Int64
        let last: Int64

        /// By the monotonic clock, in nanoseconds.
        let received: UInt64
    }

    private struct Follower {
        let descriptor: CInt
        var position: Int64
        var unread: [UInt8] = []
        var isReady = false
    }

    private let kind: Kind
    private let token: String
    private var followers: [Follower] = []
    private var buffer = [UInt8](repeating: 0, count: 262_144)
    private(set) var batches: [Batch] = []

    /// Connects `count` followers that begin behind `position`, and waits until streams have begun.
    init(_ kind: Kind, count: Int, after position: Int64, to server: ServerProcess) throws {
        self.kind = kind
        token = try server.token("orders")
        for _ in 0..<count {
            let descriptor = try connect(to: server.internalPort)
            followers.append(Follower(descriptor: descriptor, position: position))
            try ask(followers.count - 1)
        }
        // Polls say nothing before there is something.
        if kind == .poll { usleep(500_000) }
        while kind == .stream, followers.contains(where: { !$0.isReady }) {
            try receive(withinMilliseconds: 10_000)
        }
    }

    /// Receives until all have got as far as `last`, or nothing has come for so long.
    mutating func run(until last: Int64, patienceMilliseconds: CInt) throws {
        while followers.contains(where: { $0.position < last }) {
            guard try receive(withinMilliseconds: patienceMilliseconds) else { return }
        }
    }

    /// Ends the connections.
    consuming func end() { for follower in followers { close(follower.descriptor) } }

    /// Sends what a follower asks next.
    private func ask(_ index: Int) throws {
        let follower = followers[index]
        var target = "/v1/transitions"
        switch kind {
        case .stream: target += "/stream?after=\(follower.position)"
        case .poll: target += "?after=\(follower.position)&wait=55&limit=1000"
        }
        let request = Array(
            """
            GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\r\n
            """.utf8
        )
        let count = send(follower.descriptor, request, request.count, CInt(MSG_NOSIGNAL))
        _ = try checked("send", count)
    }

    /// Receives what has come; returns false when nothing came in time.
    @discardableResult
    private mutating func receive(withinMilliseconds patience: CInt) throws -> Bool {
        var entries = followers.map {
            pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
        }
        if try checked("poll", poll(&entries, nfds_t(entries.count), patience)) == 0 {
            return false
        }
        for index in entries.indices where entries[index].revents != 0 {
            let descriptor = followers[index].descriptor
            let count = try checked("recv", recv(descriptor, &buffer, buffer.count, 0))
            if count == 0 { throw SystemCallFailure(call: "a follower's recv", code: ECONNRESET) }
            followers[index].unread += buffer[..<count]
            let before = followers[index].position
            switch kind {
            case .stream: try readEvents(index)
            case .poll: try readPage(index)
            }
            let after = followers[index].position
            if after > before {
                let now = nanoseconds(CLOCK_MONOTONIC)
                batches.append(Batch(first: before + 1, last: after, received: now))
            }
        }
        return true
    }

    /// Takes whole lines; those that begin with `id: ` count the events.
    private mutating func readEvents(_ index: Int) throws {
        let bytes = followers[index].unread
        let name = Array("id: ".utf8)
        var start = 0
        while let end = Self.lineEnd(bytes, from: start) {
            if bytes[start] == name[0], bytes[start..<end].starts(with: name) {
                let digits = bytes[(start + name.count)..<end]
                let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 &- 0x30) }
                guard number == followers[index].position + 1 else {
                    let problem = "a stream went from \(followers[index].position) to \(number)"
                    throw Options.Problem(description: problem)
                }
                followers[index].position = number
            } else if bytes[start] == UInt8(ascii: "r") {
                // `retry: 2000`: the stream has begun.
                followers[index].isReady = true
            }
            start = end + 1
        }
        followers[index].unread.removeFirst(start)
    }

    private static func lineEnd(_ bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress else { return nil }
            let found = memchr(base + start, 0x0A, bytes.count - start)
            return found.map { UnsafeRawPointer($0) - base }
        }
    }

    /// Takes a whole page and asks for the next.
    private mutating func readPage(_ index: Int) throws {
        let bytes = followers[index].unread
        // The head and the members before the transitions.
        let text = String(decoding: bytes.prefix(600), as: UTF8.self)
        guard let head = text.range(of: "\r\n\r\n"),
            let length = Self.number(behind: "Content-Length: ", in: text)
        else { return }
        let headCount = text[..<head.upperBound].utf8.count
        guard bytes.count >= headCount + Int(length) else { return }
        guard let next = Self.number(behind: "\"next\":", in: text) else {
            throw Options.Problem(description: "a poll was answered \(text.prefix(80))")
        }
        followers[index].unread = []
        followers[index].position = next
        try ask(index)
    }

    private static func number(behind name: String, in text: String) -> Int64? {
        guard let range = text.range(of: name) else { return nil }
        return Int64(text[range.upperBound...].prefix { $0.isNumber })
    }
}

extension String {
    /// The first place where `other` stands.
    fileprivate func range(of other: String) -> Range<String.Index>? {
        let (text, wanted) = (Array(utf8), Array(other.utf8))
        guard text.count >= wanted.count else { return nil }
        for start in 0...(text.count - wanted.count)
        where text[start] == wanted[0] && text[start...].starts(with: wanted) {
            let lower = utf8.index(startIndex, offsetBy: start)
            return lower..<utf8.index(lower, offsetBy: wanted.count)
        }
        return nil
    }
}
