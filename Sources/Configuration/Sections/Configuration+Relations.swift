import Crypto
import Ledger
import Payments
import System

extension Configuration {
    /// Checks rules that involve more than one key.
    func checkRelations(_ reader: ConfigurationReader) {
        checkListeners(reader)
        checkDescriptors(reader)
        checkReceiveOnly(reader)
        checkReconcile(reader)
        checkKeys(reader)
        checkGateway(reader)
    }

    /// Reports addresses that both listeners would bind.
    private func checkListeners(_ reader: ConfigurationReader) {
        for address in internalAPI.listen
        where notify.listen.contains(where: { $0.collides(with: address) }) {
            reader.report(
                "internal.listen",
                "is \(address), which notify.listen also uses, expected a different address"
            )
        }
    }

    /// Reports connection limits that exceed the hard limit of open files.
    ///
    /// Each connection needs one descriptor. Without this check the daemon would start, and fail to
    /// accept under load.
    private func checkDescriptors(_ reader: ConfigurationReader) {
        let other = descriptorsBesideConnections
        let needed = limits.connections + internalAPI.limits.connections + other
        guard needed > reader.context.descriptorsMax else { return }
        reader.report(
            "limits.connections",
            "is \(limits.connections); together with internal.limits.connections "
                + "(\(internalAPI.limits.connections)) and \(other) other descriptors it exceeds "
                + "the hard RLIMIT_NOFILE of \(reader.context.descriptorsMax); "
                + "expected fewer connections, or a higher limit"
        )
    }

    /// Reports settings that need queries although none can be sent.
    private func checkReceiveOnly(_ reader: ConfigurationReader) {
        guard isReceiveOnly else { return }
        if cashIn.privateKeyFile != nil {
            reader.warn(
                "cashIn.merchantId",
                "is missing, so generate and query are disabled (receive-only)"
            )
        }
        guard notify.confirmWithQuery != .never, !reader.isUnreadable("notify.confirmWithQuery")
        else { return }
        reader.report(
            "notify.confirmWithQuery",
            "is \"\(notify.confirmWithQuery.rawValue)\", but a receive-only receiver cannot send "
                + "queries, so no callback would reach the feed; expected \"never\" (every "
                + "callback signed with the gateway's key is applied), or cashIn.privateKeyFile "
                + "and cashIn.merchantId"
        )
    }

    /// Warns if no status inquiries are scheduled: then only callbacks and operators change
    /// payments.
    private func checkReconcile(_ reader: ConfigurationReader) {
        if isReceiveOnly { return }
        if !reconcile.isEnabled {
            let consequence =
                notify.confirmWithQuery == .never
                ? "" : "; callbacks that notify.confirmWithQuery holds back are not applied"
            reader.warn(
                "reconcile.enabled",
                "is false: if no callback arrives, a payment stays open and on the attention list "
                    + "until an operator resolves it\(consequence); expected true"
            )
        } else if reconcile.scheduleSeconds.isEmpty {
            reader.warn(
                "reconcile.scheduleSeconds",
                "is empty: if no callback arrives, a payment stays open and on the attention list "
                    + "until an operator resolves it; expected offsets such as [0, 60, 300]"
            )
        }
    }

    /// Warns about a missing key, the merchant's key in place of the gateway's, and missing tokens.
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
                "is the public key of cashIn.privateKeyFile, but the gateway does not sign with "
                    + "the merchant's key; expected the gateway's public key"
            )
        }
        if internalAPI.tokens.isEmpty {
            reader.warn("internal.tokens", "is empty: no client can use the internal API")
        }
    }
}

extension Configuration {
    /// Descriptors for the database, listeners, event loops and log, with a margin.
    private static let descriptorsReserved = 64

    /// The minimum of a fitted number of connections. With a lower one the start is refused,
    /// because the limit of open files is too low.
    private static let connectionsMin = 16

    /// Descriptors that are needed besides those of the clients' connections.
    var descriptorsBesideConnections: Int {
        Self.descriptorsReserved + cashIn.maxConcurrentRequests + alerts.count
    }

    /// Reduces the numbers of connections that are not set to what the limit of open files allows,
    /// with a warning.
    ///
    /// Numbers that are set are never changed: ``checkRelations(_:)`` reports those that exceed the
    /// limit.
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
                "is not set and is reduced to \(number) to fit the hard RLIMIT_NOFILE of \(most); "
                    + "expected a higher limit (LimitNOFILE= in a systemd unit)"
            )
        }
    }
}
