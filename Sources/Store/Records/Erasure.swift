/// What remains of a callback whose head and body were erased (article Storage).
package struct ErasedCallback: Equatable, Sendable {
    /// SHA-256 of the body as received.
    package let bodyDigest: [UInt8]

    /// SHA-256 of the body in the form that was signed.
    package let signedBodyDigest: [UInt8]

    /// X-SIGNATURE as received.
    package let signature: [UInt8]

    package init(bodyDigest: [UInt8], signedBodyDigest: [UInt8], signature: [UInt8]) {
        self.bodyDigest = bodyDigest
        self.signedBodyDigest = signedBodyDigest
        self.signature = signature
    }
}

/// What remains of a gateway call whose heads and bodies were erased, besides its signature.
package struct ErasedGatewayCall: Equatable, Sendable {
    /// SHA-256 of the request body.
    package let requestDigest: [UInt8]

    /// SHA-256 of the response body; nil when no response was received.
    package let responseDigest: [UInt8]?

    package init(requestDigest: [UInt8], responseDigest: [UInt8]?) {
        self.requestDigest = requestDigest
        self.responseDigest = responseDigest
    }
}

/// The head and body of a stored callback, to be hashed and erased.
package struct CallbackBytes: Equatable, Sendable {
    package let id: Int64

    /// The form of the body that was signed, as in ``Delivery/Verification``.
    package let bodyForm: String
    package let head: [UInt8]
    package let body: [UInt8]

    package init(id: Int64, bodyForm: String, head: [UInt8], body: [UInt8]) {
        self.id = id
        self.bodyForm = bodyForm
        self.head = head
        self.body = body
    }
}

/// The bodies of a stored gateway call, to be hashed and erased.
package struct GatewayCallBytes: Equatable, Sendable {
    package let id: Int64
    package let requestBody: [UInt8]

    /// Nil when no response was received.
    package let responseBody: [UInt8]?

    /// Bytes of heads and bodies together.
    package let byteCount: Int

    package init(id: Int64, requestBody: [UInt8], responseBody: [UInt8]?, byteCount: Int) {
        self.id = id
        self.requestBody = requestBody
        self.responseBody = responseBody
        self.byteCount = byteCount
    }
}

/// The ID ranges of rows whose bytes may be old enough to be erased.
///
/// Where the clock was set back, a range also contains newer rows, so each read of a range compares
/// the times again.
package struct ErasurePlan: Equatable, Sendable {
    /// Ranges of callback IDs, oldest first, disjoint.
    package var callbacks: [Range<Int64>] = []

    /// Ranges of gateway call IDs, oldest first, disjoint.
    package var gatewayCalls: [Range<Int64>] = []

    package init(callbacks: [Range<Int64>] = [], gatewayCalls: [Range<Int64>] = []) {
        self.callbacks = callbacks
        self.gatewayCalls = gatewayCalls
    }
}

/// What was removed, or can be removed, from the start of the feed.
package struct TransitionRemoval: Equatable, Sendable {
    /// How many transitions.
    package let count: Int

    /// The oldest sequence number that remains, 1 in an empty feed.
    package let oldest: Int64

    /// The consumer with the lowest offset, when that offset prevents the removal of the next
    /// transition; else nil.
    package let heldBy: String?

    package init(count: Int, oldest: Int64, heldBy: String?) {
        self.count = count
        self.oldest = oldest
        self.heldBy = heldBy
    }
}
