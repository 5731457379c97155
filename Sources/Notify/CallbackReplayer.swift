import HTTPCore
import HTTPServer
package import Ledger
import System
package import Store
import Synchronization

/// Reads kept callbacks again with the keys, paths and options of today.
package final class CallbackReplayer: Sendable {
    private let context: Mutex<NotifyContext>

    package init(_ context: NotifyContext) { self.context = Mutex(context) }

    /// Reads from now on as `context` has it.
    package func apply(_ context: NotifyContext) { self.context.withLock { $0 = context } }

    /// What the notify listener would hand to the store, had the callback come when it came and had
    /// today's configuration been in force; nil when it would be refused, or its bytes were erased.
    package func delivery(of record: CallbackRecord) -> Delivery? {
        if record.erased != nil { return nil }
        let context = context.withLock { $0 }
        guard let head = Self.head(record.head) else { return nil }
        let peer = Self.peer(record.client)
        let route = NotifyRoute(head, peer, context)
        guard route.refusal == nil || route.isAddressRefused, !route.isHealth else { return nil }
        let examination = CallbackExamination(
            ofSaved: head,
            body: record.body,
            peer: peer,
            route,
            receivedMilliseconds: record.receivedMilliseconds,
            context
        )
        guard case .authentic(let delivery, _) = examination else { return nil }
        return delivery
    }

    /// The limits of the day are no concern here: it was kept.
    private static func head(_ bytes: [UInt8]) -> RequestHead? {
        var limits = HTTPLimits()
        limits.headerBytes = max(limits.headerBytes, bytes.count)
        limits.headerCount = max(limits.headerCount, bytes.count)
        limits.targetBytes = max(limits.targetBytes, bytes.count)
        do throws(RequestError) {
            return try parseRequestHead(bytes, limits: limits)
        } catch {
            return nil
        }
    }

    /// Who sent it, as far as that was kept: the client that the proxies told of.
    private static func peer(_ client: String) -> Peer {
        let address = IPAddress(client).map { SocketAddress.ip($0, port: 0) }
        return Peer(address: address ?? .unix(path: ""))
    }
}
