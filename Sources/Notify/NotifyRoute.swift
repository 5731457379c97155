import HTTPCore
import HTTPServer
import Snap
import System

/// The checks that need a head alone (article Checks, rows 1 and 2).
struct NotifyRoute {
    /// `GET /healthz`.
    let isHealth: Bool

    /// The response to a request that is rejected by its head alone.
    let refusal: SnapResponse?

    /// Whether the signature decides what becomes of a rejected request: an authentic callback from
    /// an address that is not allowed is kept (article Checks, row 2).
    let isAddressRefused: Bool
    let client: ClientAddress

    init(_ head: RequestHead, _ peer: Peer, _ context: NotifyContext) {
        isHealth =
            head.pathIs("/healthz") && (head.methodIs("GET") || head.methodIs("HEAD"))
        client = ClientAddress(peer: peer.address, head: head, trusted: context.trustedProxies)
        let refusal = isHealth ? nil : Self.refusal(head, client, context)
        self.refusal = refusal
        isAddressRefused = refusal?.code == NotifyResponse.addressNotAllowed.code
    }

    private static func refusal(
        _ head: RequestHead,
        _ client: ClientAddress,
        _ context: NotifyContext
    ) -> SnapResponse? {
        guard context.paths.contains(where: { head.pathIs($0) }) else {
            return NotifyResponse.unknownPath
        }
        guard head.methodIs("POST") else { return NotifyResponse.methodNotAllowed }
        if !context.allowedAddresses.isEmpty, !client.isAllowed(context.allowedAddresses) {
            return NotifyResponse.addressNotAllowed
        }
        return nil
    }
}
