/// What stays of a callback whose head and body were erased (contract section 1, promise 4).
package struct ErasedCallback: Equatable, Sendable {
    /// SHA-256 of the body as received.
    package let bodyDigest: [UInt8]

    /// SHA-256 of the body in the form that the signature covers.
    package let signedBodyDigest: [UInt8]

    /// X-SIGNATURE as received.
    package let signature: [UInt8]

    package init(bodyDigest: [UInt8], signedBodyDigest: [UInt8], signature: [UInt8]) {
        self.bodyDigest = bodyDigest
        self.signedBodyDigest = signedBodyDigest
        self.signature = signature
    }
}

/// What stays of a call of the gateway whose heads and bodies were erased, beside its signature.
package struct ErasedGatewayCall: Equatable, Sendable {
    /// SHA-256 of the request's body.
    package let requestDigest: [UInt8]

    /// SHA-256 of the response's body; nil when no response came.
    package let responseDigest: [UInt8]?

    package init(requestDigest: [UInt8], responseDigest: [UInt8]?) {
        self.requestDigest = requestDigest
        self.responseDigest = responseDigest
    }
}

/// The head and the body of a kept callback that are to be erased.
package struct CallbackBytes: Equatable, Sendable {
    package let id: Int64

    /// As in ``Delivery/Verification``.
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

/// The bodies of a kept call of the gateway that are to be erased.
package struct GatewayCallBytes: Equatable, Sendable {
    package let id: Int64
    package let requestBody: [UInt8]

    /// Nil when no response came.
    package let responseBody: [UInt8]?

    /// Heads and bodies together.
    package let byteCount: Int

    package init(id: Int64, requestBody: [UInt8], responseBody: [UInt8]?, byteCount: Int) {
        self.id = id
        self.requestBody = requestBody
        self.responseBody = responseBody
        self.byteCount = byteCount
    }
}

/// Which rows have bytes that may be old enough to be erased; each range is to be read with the
/// time once more.
package struct ErasurePlan: Equatable, Sendable {
    /// Numbers of callbacks, the oldest first, disjoint.
    package var callbacks: [Range<Int64>] = []

    /// Numbers of calls of the gateway, the oldest first, disjoint.
    package var gatewayCalls: [Range<Int64>] = []

    package init(callbacks: [Range<Int64>] = [], gatewayCalls: [Range<Int64>] = []) {
        self.callbacks = callbacks
        self.gatewayCalls = gatewayCalls
    }
}

/// What the start of the feed allows to be removed.
package struct TransitionRemoval: Equatable, Sendable {
    /// How many transitions were removed.
    package let count: Int

    /// The oldest sequence number that is kept, 1 in an empty feed.
    package let oldest: Int64

    /// The consumer with the lowest offset, when that is what holds the next transition.
    package let heldBy: String?

    package init(count: Int, oldest: Int64, heldBy: String?) {
        self.count = count
        self.oldest = oldest
        self.heldBy = heldBy
    }
}
