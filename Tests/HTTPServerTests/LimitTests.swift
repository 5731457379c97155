import Glibc
import HTTPCore
import HTTPServer
import System
import Testing

@Suite struct `Limits` {
    @Test func `a connection over the limit is told so and closed`() async throws {
        let handler = StubHandler()
        var limits = ServerLimits()
        limits.connections = 2
        try await withServer(handler: handler, limits: limits) { test in
            let clients = [try test.connect(), try test.connect()]
            for client in clients { #expect(try client.ask(get("/")).status == 200) }
            for count in 1...3 {
                let third = try test.connect()
                // It may have sent its request already; it still gets to read the answer.
                try third.send(get("/"))
                let answer = try third.readAnswer()
                #expect(answer.status == 503)
                #expect(answer.closes)
                #expect(try third.isClosed())
                #expect(test.server.counters.refused == UInt64(count))
                #expect(handler.refused.next() == .connectionLimit)
            }
            #expect(test.server.counters.open == 2)
            clients[0].halfClose()
            #expect(try clients[0].isClosed())
            var status = 503
            while status == 503 {
                let next = try test.connect()
                status = try next.ask(get("/")).status
            }
            #expect(status == 200)
        }
    }

    @Test func `thousands of connections leave no descriptor open`() async {
        await #expect(processExitsWith: .success) {
            try await withServer { test in
                #expect(try test.connect().ask(get("/")).status == 200)
                let before = try openDescriptorCount()
                let last = try test.connect()
                for number in 0..<3000 {
                    let client = try test.connect()
                    switch number % 4 {
                    case 0: #expect(try client.ask(get("/", "Connection: close\r\n")).closes)
                    case 1: #expect(try client.ask("bad\n").status == 400)
                    case 2: client.abort()
                    default: try client.send("GET /")
                    }
                    // The last ones are gone before the next hundred come.
                    while number % 100 == 99, test.server.counters.open > 2 {
                        #expect(try last.ask(get("/")).status == 200)
                    }
                }
                #expect(try openDescriptorCount() <= before + 6)
            }
        }
    }

    @Test func `a server out of descriptors accepts again when it can`() async {
        await #expect(processExitsWith: .success) {
            let handler = StubHandler()
            try await withServer(handler: handler) { test in
                let first = try test.connect()
                #expect(try first.ask(get("/")).status == 200)
                var limit = rlimit(rlim_cur: 256, rlim_max: 256)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                var last: CInt = -1
                while case let copy = dup(0), copy >= 0 { last = copy }
                // Room for one end of a connection, not for the other.
                close(last)
                let second = try test.connect()
                try second.send(get("/"))
                #expect(handler.failures.next()?.code == EMFILE)
                // Those who are in are still served.
                #expect(try first.ask(get("/")).status == 200)
                #expect(second.isSilent())
                first.halfClose()
                #expect(try first.isClosed())
                #expect(try second.readAnswer().status == 200)
            }
        }
    }

    @Test func `an idle connection keeps no more than its own state`() async {
        await #expect(processExitsWith: .success) {
            try FileLimit.raise()
            try await withServer { test in
                var clients: [Client] = []
                for _ in 0..<100 { clients.append(try test.connect()) }
                let before = try residentKilobytes()
                for _ in 0..<1900 { clients.append(try test.connect()) }
                for client in clients { #expect(try client.ask(get("/")).status == 200) }
                // Both ends are in this process; 64 MiB for 10,000 would be 6.5 for each.
                #expect(try residentKilobytes() - before < 6 * 1900)
            }
        }
    }
}

/// The descriptors of this process, without the one that looks.
private func openDescriptorCount() throws -> Int {
    let directory = try #require(opendir("/proc/self/fd"))
    defer { closedir(directory) }
    var count = -3
    while readdir(directory) != nil { count += 1 }
    return count
}

private func residentKilobytes() throws -> Int {
    let file = try #require(fopen("/proc/self/statm", "r"))
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 128)
    fgets(&buffer, 128, file)
    let text = String(decoding: buffer.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return try #require(Int(text.split(separator: " ")[1])) * 4
}
