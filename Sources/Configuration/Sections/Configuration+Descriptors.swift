extension Configuration {
    /// Database, listeners, loops, log, some to spare.
    private static let descriptorsReserved = 64

    /// Fewer connections than this are no use: then the limit of open files is too low.
    private static let connectionsMin = 16

    /// Descriptors needed besides those of connections from clients.
    var descriptorsBesideConnections: Int {
        Self.descriptorsReserved + cashIn.maxConcurrentRequests
    }

    /// Fits the numbers of connections that are not set to the limit of open files, with a warning.
    mutating func fitConnections(_ reader: ConfigurationReader) {
        let most = reader.context.descriptorsMax
        let room = most - descriptorsBesideConnections
        guard limits.connections + internalAPI.limits.connections > room else { return }
        let (notify, inner) = ("limits.connections", "internal.limits.connections")
        var fitted = (notify: limits.connections, inner: internalAPI.limits.connections)
        switch (reader.isGiven(notify), reader.isGiven(inner)) {
        case (true, true): return
        case (true, false): fitted.inner = room - fitted.notify
        case (false, true): fitted.notify = room - fitted.inner
        case (false, false): fitted = (room / 2, room / 2)
        }
        guard min(fitted.notify, fitted.inner) >= Self.connectionsMin else { return }
        limits.connections = fitted.notify
        internalAPI.limits.connections = fitted.inner
        for (path, number) in [(notify, fitted.notify), (inner, fitted.inner)]
        where !reader.isGiven(path) {
            reader.fit(path, to: number)
            reader.warn(
                path,
                "is not set and fitted to \(number), for the hard RLIMIT_NOFILE of \(most); "
                    + "expected a higher limit (LimitNOFILE= of a systemd unit)"
            )
        }
    }
}
