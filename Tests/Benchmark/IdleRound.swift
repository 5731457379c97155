import Glibc

/// Connections that send nothing: what each costs.
struct IdleRound {
    let count: Int
    let seconds: Int

    /// Growth of the receiver's resident memory, in kibibytes.
    let kibibytes: Double

    /// CPU of the receiver while the connections were open and idle.
    let microseconds: Double

    /// Opens `count` connections to the receiver, each after one request, and leaves them idle.
    init(count: Int, seconds: Int, to server: ServerProcess) throws {
        self.count = count
        self.seconds = seconds
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let before = try server.residentKibibytes()
        var descriptors: [CInt] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        for _ in 0..<count {
            let descriptor = try connect(to: server.port)
            descriptors.append(descriptor)
            try write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", to: descriptor)
            var buffer = [UInt8](repeating: 0, count: 4_096)
            guard try checked("recv", recv(descriptor, &buffer, buffer.count, 0)) > 0 else {
                throw Options.Problem(description: "an idle connection was closed")
            }
        }
        kibibytes = try server.residentKibibytes() - before
        let usage = try server.usage()
        sleep(UInt32(seconds))
        microseconds = try (server.usage() - usage).microseconds
    }

    static let columns = ["round", "idle", "KiB each", "MiB", "CPU µs/s"]

    func row(_ number: Int) -> [Table.Cell] {
        [
            .count(number), .count(count), .number(kibibytes / Double(count), digits: 2),
            .number(kibibytes / 1_024, digits: 1),
            .number(microseconds / Double(seconds), digits: 0),
        ]
    }
}
