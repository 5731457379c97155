import Support

// Rows 7 to 9: authentic callbacks with bodies that say too little or nothing.
extension ChecksTableTests {
    private static func badRequest(_ reason: String, _ body: [UInt8]) -> Row {
        Row(reason: reason, code: "4005600", message: "Bad Request", trace: .invalid) {
            $0.literalBody = body
        }
    }

    private static func badRequest(_ reason: String, _ body: String) -> Row {
        badRequest(reason, Array(body.utf8))
    }

    private static func encoded(_ encodings: [String], _ code: String, _ body: String) -> Row {
        Row(
            reason: "\(body) with Content-Encoding \(encodings)",
            code: code,
            message: code == "4155600" ? "Unsupported Media Type" : "Bad Request",
            trace: .invalid,
            before: { $0.literalBody = Array(body.utf8) },
            after: { request in
                for encoding in encodings { request.add("Content-Encoding", encoding) }
            }
        )
    }

    private static let encodingRows: [Row] = [
        encoded(["gzip"], "4155600", "\u{1F}\u{8B}"),
        encoded(["UTF-8"], "4155600", "status=00"),
        encoded(["gzip"], "4155600", "[]"),
        encoded(["identity", "br"], "4155600", "{"),
        encoded(["identity"], "4005600", "{"),
        encoded(["Identity", ""], "4005600", "{"),
        Row(
            reason: "an object that lacks members, with an encoding",
            code: "4005602",
            message: "Invalid Mandatory Field originalPartnerReferenceNo",
            trace: .invalid,
            before: { $0.literalBody = Array("{}".utf8) },
            after: { $0.add("Content-Encoding", "gzip") }
        ),
    ]

    private static func mandatory(
        _ field: String,
        _ reason: String,
        _ before: @escaping @Sendable (inout Callback) -> Void
    ) -> Row {
        Row(
            reason: "\(field) \(reason)",
            code: "4005602",
            message: "Invalid Mandatory Field \(field)",
            trace: .invalid,
            before: before
        )
    }

    private static func malformed(
        _ field: String,
        _ reason: String,
        _ before: @escaping @Sendable (inout Callback) -> Void
    ) -> Row {
        Row(
            reason: "\(field): \(reason)",
            code: "4005601",
            message: "Invalid Field Format \(field)",
            trace: .invalid,
            before: before
        )
    }

    private static func deep(_ levels: Int) -> String {
        let open = String(repeating: "[", count: levels - 1)
        let close = String(repeating: "]", count: levels - 1)
        return "{\"a\":\(open)\(close)}"
    }

    static let bodyRows: [Row] =
        [
            badRequest("no JSON", "status=00"),
            badRequest("JSON with an end missing", #"{"a":1"#),
            badRequest("bytes after the object", "{}{}"),
            badRequest("an array", "[]"),
            badRequest("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("{}".utf8)),
            badRequest("not UTF-8", Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)),
            badRequest("one name twice", #"{"a":1,"a":1}"#),
            badRequest("one name twice, once escaped", #"{"a":1,"\u0061":1}"#),
            badRequest("17 levels deep", deep(17)),
            badRequest("a trailing comma", #"{"a":1,}"#),
        ] + encodingRows + mandatoryRows + malformedRows

    private static let mandatoryRows: [Row] = [
        Row(
            reason: "16 levels deep, which is allowed",
            code: "4005602",
            message: "Invalid Mandatory Field originalPartnerReferenceNo",
            trace: .invalid
        ) { $0.literalBody = Array(deep(16).utf8) },
        mandatory("originalPartnerReferenceNo", "absent") {
            $0.body.originalPartnerReferenceNo = nil
        },
        mandatory("originalReferenceNo", "null") { $0.body.originalReferenceNo = "null" },
        mandatory("latestTransactionStatus", "empty") {
            $0.body.latestTransactionStatus = #""""#
        },
        mandatory("latestTransactionStatus", "blank") {
            $0.body.latestTransactionStatus = #""  ""#
        },
        mandatory("amount", "absent") { $0.body.amount = nil },
        mandatory("amount.value", "absent") { $0.body.amount = #"{"currency":"IDR"}"# },
        mandatory("amount.currency", "blank") {
            $0.body.amount = #"{"value":"1.00","currency":" "}"#
        },
        mandatory("createdTime", "absent") { $0.body.createdTime = nil },
        mandatory("finishedTime", "empty") { $0.body.finishedTime = #""""# },
    ]

    private static let malformedRows: [Row] = [
        malformed("originalReferenceNo", "65 characters") {
            $0.body.originalReferenceNo = "\"\(String(repeating: "7", count: 65))\""
        },
        malformed("originalReferenceNo", "a blank inside") {
            $0.body.originalReferenceNo = #""TRX 1""#
        },
        malformed("originalPartnerReferenceNo", "a number") {
            $0.body.originalPartnerReferenceNo = "17"
        },
        malformed("latestTransactionStatus", "08") {
            $0.body.latestTransactionStatus = #""08""#
        },
        malformed("latestTransactionStatus", "one digit") {
            $0.body.latestTransactionStatus = #""0""#
        },
        malformed("amount", "a string") { $0.body.amount = #""10000.00""# },
        malformed("amount.value", "a fraction of a sen") {
            $0.body.amount = #"{"value":"1.001","currency":"IDR"}"#
        },
        malformed("amount.value", "ten quadrillion") {
            $0.body.amount = #"{"value":"10000000000000000","currency":"IDR"}"#
        },
        malformed("amount.value", "negative") {
            $0.body.amount = #"{"value":-1,"currency":"IDR"}"#
        },
        malformed("amount.value", "an exponent in a string") {
            $0.body.amount = #"{"value":"1.0E4","currency":"IDR"}"#
        },
        malformed("amount.currency", "dollars") {
            $0.body.amount = #"{"value":"1.00","currency":"USD"}"#
        },
        malformed("originalExternalId", "two aliases that differ") {
            $0.body.others = [#""originalExternalId":"1""#, #""orgiginalExternalId":"2""#]
        },
        malformed("transactionStatusDesc", "two aliases that differ") {
            $0.body.others = [#""transactionStatusDesc":"a""#, #""latestTransactionDesc":"b""#]
        },
    ]

    /// Requests that fail several rows: the first one decides.
    static let orderRows: [Row] = [
        Row(
            reason: "path before method",
            code: "4045600",
            message: "Not Found",
            after: {
                $0.method = "PATCH"
                $0.target = "/elsewhere"
            }
        ),
        Row(
            reason: "headers before encoding",
            code: "4005602",
            message: "Invalid Mandatory Field X-TIMESTAMP",
            before: { $0.literalBody = Array("{".utf8) },
            after: {
                $0.add("Content-Encoding", "gzip")
                $0.remove("X-TIMESTAMP")
            }
        ),
        Row(
            reason: "a wrong signature before encoding",
            code: "4015600",
            message: "Unauthorized. [Signature]",
            before: {
                $0.literalBody = Array("{".utf8)
                $0.signedPath = "/"
            },
            after: { $0.add("Content-Encoding", "gzip") }
        ),
        Row(
            reason: "a header missing before one malformed",
            code: "4005602",
            message: "Invalid Mandatory Field X-PARTNER-ID",
            trace: .invalid,
            before: { $0.timestamp = "yesterday" },
            after: { $0.remove("X-PARTNER-ID") }
        ),
        Row(
            reason: "a header malformed before a wrong signature",
            code: "4005601",
            message: "Invalid Field Format X-TIMESTAMP",
            after: { $0.set("X-TIMESTAMP", "yesterday") }
        ),
        Row(
            reason: "a wrong signature before a bad body",
            code: "4015600",
            message: "Unauthorized. [Signature]",
            before: {
                $0.literalBody = Array("{".utf8)
                $0.signedPath = "/"
            }
        ),
        Row(
            reason: "another partner before a bad body",
            code: "4015600",
            message: "Unauthorized. [Signature]",
            trace: .notForUs,
            before: {
                $0.literalBody = Array("{".utf8)
                $0.partnerID = "other"
            }
        ),
        Row(
            reason: "the last member missing before the first malformed",
            code: "4005602",
            message: "Invalid Mandatory Field finishedTime",
            trace: .invalid
        ) {
            $0.body.originalPartnerReferenceNo = "17"
            $0.body.finishedTime = nil
        },
    ]
}
