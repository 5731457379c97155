import Alarms
import Commands
import Maintenance
import Metrics
import System

// The program, its process and its machine.
extension MetricsText {
    /// The running version.
    mutating func addBuild() {
        begin("build_info", .gauge, "The running version, and the commit that it was built from.")
        sample([("version", Version.text), ("commit", Version.commit ?? "unknown")], 1)
    }

    /// The difference between the gateway's clock and this machine's, where one is known.
    mutating func addClock(_ clock: ClockSamples) {
        guard let milliseconds = clock.latestMilliseconds else { return }
        begin(
            "clock_difference_seconds",
            .gauge,
            "The gateway's clock minus this machine's, by the last callback or gateway call; "
                + "a late callback looks like a clock that is ahead."
        )
        let seconds = Self.seconds(nanoseconds: milliseconds.magnitude * 1_000_000)
        sample([], (milliseconds < 0 ? "-" : "") + seconds)
    }

    /// Free space, and the files of the database.
    mutating func addDisk(_ disk: DiskWatch) {
        let view = disk.current
        if let free = view.freeBytes {
            add("disk_free_bytes", .gauge, "Free bytes on the disk of the database.", free)
        }
        add("disk_free_min_bytes", .gauge, "storage.minimumFreeBytes.", view.minimumBytes)
        add(
            "disk_low",
            .gauge,
            "1 if less than storage.minimumFreeBytes is free, else 0.",
            view.isLow ? 1 : 0
        )
        begin("database_size_bytes", .gauge, "Sizes of the database's files.")
        for (word, bytes) in disk.fileSizes { sample([("file", word)], bytes) }
    }

    /// The process, with the names that Prometheus' client libraries use.
    mutating func addProcess(startedMilliseconds: Int64) {
        let usage = CurrentProcess.usage
        add(
            "cpu_seconds_total",
            .counter,
            "User and system CPU time.",
            in: .process,
            nanoseconds: usage.processorMicroseconds * 1_000
        )
        add(
            "start_time_seconds",
            .gauge,
            "Start of the process, in seconds since 1970.",
            in: .process,
            nanoseconds: UInt64(clamping: startedMilliseconds) * 1_000_000
        )
        if let statistics = ProcessStatistics.current() {
            add(
                "resident_memory_bytes",
                .gauge,
                "Resident memory.",
                in: .process,
                statistics.residentBytes
            )
            add(
                "virtual_memory_bytes",
                .gauge,
                "Virtual memory.",
                in: .process,
                statistics.virtualBytes
            )
            add("threads", .gauge, "Threads.", in: .process, statistics.threadCount)
        }
        if let count = ProcessStatistics.openDescriptorCount() {
            add("open_fds", .gauge, "Open file descriptors.", in: .process, count)
        }
        if let limit = try? FileLimit.current() {
            add("max_fds", .gauge, "Maximum of file descriptors.", in: .process, limit.soft)
        }
        add(
            "process_peak_resident_memory_bytes",
            .gauge,
            "Peak resident memory.",
            usage.peakMemoryBytes
        )
    }
}
