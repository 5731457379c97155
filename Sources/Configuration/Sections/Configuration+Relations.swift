import Crypto
import Ledger
import Payments
import System

extension Configuration {
    /// Checks what no key can be right or wrong about alone.
    func checkRelations(_ reader: ConfigurationReader) {
        checkListeners(reader)
        checkDescriptors(reader)
        checkReceiveOnly(reader)
        checkReconcile(reader)
        checkKeys(reader)
    }

    private func checkListeners(_ reader: ConfigurationReader) {
        for address in internalAPI.listen
        where notify.listen.contains(where: { $0.collides(with: address) }) {
            reader.report(
                "internal.listen",
                "is \(address) as notify.listen is, expected another address"
            )
        }
    }

    private func checkDescriptors(_ reader: ConfigurationReader) {
        let other = descriptorsBesideConnections
        let needed = limits.connections + internalAPI.limits.connections + other
        guard needed > reader.context.descriptorsMax else { return }
        reader.report(
            "limits.connections",
            "is \(limits.connections), which with internal.limits.connections "
                + "(\(internalAPI.limits.connections)) and \(other) other descriptors exceeds the "
                + "hard RLIMIT_NOFILE of \(reader.context.descriptorsMax); "
                + "expected fewer, or a higher limit"
        )
    }

    private func checkReceiveOnly(_ reader: ConfigurationReader) {
        guard isReceiveOnly else { return }
        if cashIn.privateKeyFile != nil {
            reader.warn(
                "cashIn.merchantId",
                "is missing, so generate and query are off (receive-only)"
            )
        }
        guard notify.confirmWithQuery != .never, !reader.isUnreadable("notify.confirmWithQuery")
        else { return }
        reader.report(
            "notify.confirmWithQuery",
            "is \"\(notify.confirmWithQuery.rawValue)\", but receive-only cannot query, so no "
                + "callback could ever reach the feed; expected \"never\" (which trusts whoever "
                + "holds the gateway's key), or cashIn.privateKeyFile and cashIn.merchantId"
        )
    }

    private func checkReconcile(_ reader: ConfigurationReader) {
        if isReceiveOnly { return }
        if !reconcile.isEnabled {
            let held =
                notify.confirmWithQuery == .never
                ? "" : ", and callbacks that notify.confirmWithQuery holds back change nothing"
            reader.warn(
                "reconcile.enabled",
                "is false: a payment whose callback is lost stays open until an operator decides, "
                    + "on the attention list\(held); expected true"
            )
        } else if reconcile.scheduleSeconds.isEmpty {
            reader.warn(
                "reconcile.scheduleSeconds",
                "is empty: a payment whose callback is lost stays open until an operator decides, "
                    + "on the attention list; expected offsets such as [0, 60, 300]"
            )
        }
    }

    private func checkKeys(_ reader: ConfigurationReader) {
        if cashIn.publicKeyFiles.isEmpty {
            reader.warn(
                "cashIn.publicKeyFiles",
                "is empty: EVERY CALLBACK IS REFUSED (and kept); expected the gateway's public key"
            )
        }
        for (index, publicKey) in reader.keys.publicKeys.enumerated()
        where publicKey.key == reader.keys.privateKey?.publicKey {
            reader.warn(
                "cashIn.publicKeyFiles[\(index)]",
                "is the public half of privateKeyFile, which the gateway does not sign with; "
                    + "expected the gateway's own public key"
            )
        }
        if internalAPI.tokens.isEmpty {
            reader.warn("internal.tokens", "is empty: nobody can use the internal API")
        }
    }
}

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
