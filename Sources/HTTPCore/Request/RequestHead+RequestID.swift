extension RequestHead {
    /// The maximum length of a request ID that is logged.
    package static let requestIDBytesMax = 64

    /// The value of X-Request-ID, by which a proxy names the request in its own log; nil when it is
    /// absent, repeated, too long, or has other bytes than letters, digits and `-._:/+=`.
    ///
    /// Allocates nothing.
    package var requestID: ArraySlice<UInt8>? {
        guard case .value(let range) = single("X-Request-ID"),
            (1...Self.requestIDBytesMax).contains(range.count)
        else { return nil }
        let value = bytes[range]
        return value.allSatisfy(\.isInRequestID) ? value : nil
    }
}

extension UInt8 {
    fileprivate var isInRequestID: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
            UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
