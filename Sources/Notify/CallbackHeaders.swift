import HTTPCore
import Snap
import Text

/// The four headers that a callback must bear, as ranges of its head.
struct CallbackHeaders {
    /// What rows 3 and 4 of the checks table ask of a header.
    enum Header: Equatable {
        /// Absent, repeated, or nothing but blanks.
        case unusable
        case value(Range<Int>)

        /// Where the value stands, if there is one.
        var range: Range<Int>? {
            if case .value(let range) = self { range } else { nil }
        }
    }

    let partnerID: Header
    let externalID: Header
    let timestamp: Header
    let signature: Header

    init(_ head: RequestHead) {
        partnerID = Self.header("X-PARTNER-ID", head)
        externalID = Self.header("X-EXTERNAL-ID", head)
        timestamp = Self.header("X-TIMESTAMP", head)
        signature = Self.header("X-SIGNATURE", head)
    }

    private static func header(_ name: String, _ head: RequestHead) -> Header {
        // A value comes without blanks at its ends, so a blank one is empty.
        guard case .value(let range) = head.single(name), !range.isEmpty else { return .unusable }
        return .value(range)
    }

    /// Row 3: the first header that is missing, repeated or blank.
    var missing: String? {
        let headers = [
            ("X-PARTNER-ID", partnerID), ("X-EXTERNAL-ID", externalID),
            ("X-TIMESTAMP", timestamp), ("X-SIGNATURE", signature),
        ]
        return headers.first { $0.1 == .unusable }?.0
    }

    /// X-EXTERNAL-ID when it is well formed (row 4).
    func externalID(in head: RequestHead) -> ExternalID? {
        let bytes = head.bytes
        return externalID.range.flatMap { ExternalID(bytes.span.extracting($0)) }
    }

    /// X-TIMESTAMP when it is well formed (row 4).
    func timestamp(in head: RequestHead) -> Timestamp? {
        let bytes = head.bytes
        return timestamp.range.flatMap { Timestamp(rfc3339: bytes.span.extracting($0)) }
    }
}
