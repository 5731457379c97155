import Snap
import Testing
import Text

struct ResponseCodeTests {
    @Test(arguments: [
        (NotifyResponse.successful, "2005600", "Successful"),
        (NotifyResponse.badRequest, "4005600", "Bad Request"),
        (NotifyResponse.unauthorized, "4015600", "Unauthorized. [Signature]"),
        (NotifyResponse.stale, "4015600", "Unauthorized. [Timestamp]"),
        (NotifyResponse.addressNotAllowed, "4035601", "Feature Not Allowed"),
        (NotifyResponse.unknownPath, "4045600", "Not Found"),
        (NotifyResponse.unknownTransaction, "4045601", "Transaction Not Found"),
        (NotifyResponse.amountMismatch, "4045613", "Invalid Amount"),
        (NotifyResponse.methodNotAllowed, "4055600", "Requested Function Is Not Supported"),
        (NotifyResponse.externalIDConflict, "4095600", "Conflict"),
        (NotifyResponse.unsupportedEncoding, "4155600", "Unsupported Media Type"),
        (NotifyResponse.generalError, "5005600", "General Error"),
        (NotifyResponse.notCommitted, "5005601", "Internal Server Error"),
        (NotifyResponse.busy, "5035600", "Service Unavailable"),
        (
            SnapResponse.notify(.invalidMandatoryField("X-SIGNATURE")), "4005602",
            "Invalid Mandatory Field X-SIGNATURE"
        ),
        (
            SnapResponse.notify(.invalidFieldFormat("amount.value")), "4005601",
            "Invalid Field Format amount.value"
        ),
        (
            SnapResponse.notify(.http(status: 413, message: "Content Too Large")), "4135600",
            "Content Too Large"
        ),
        (SnapResponse(.inconsistentRequest, .generate), "4044718", "Inconsistent Request"),
        (
            SnapResponse(.duplicatePartnerReferenceNo, .generate), "4094701",
            "Duplicate partnerReferenceNo"
        ),
        (SnapResponse(.timeout, .query), "5045100", "Timeout"),
        (SnapResponse(.tooManyRequests, .query), "4295100", "Too Many Requests"),
    ])
    func `answers have the contract's codes and words`(
        answer: SnapResponse,
        code: String,
        message: String
    ) {
        #expect(answer.code.description == code)
        #expect(answer.code.status == Int(code.prefix(3)))
        #expect(answer.message == message)
        let body = "{\"responseCode\":\"\(code)\",\"responseMessage\":\"\(message)\"}"
        #expect(answer.body == Array(body.utf8))
    }

    @Test func `a message is escaped`() throws {
        let answer = SnapResponse.notify(.invalidFieldFormat("\"\\\n"))
        let root = try JSONDocument(answer.body).root
        #expect(root["responseMessage"]?.string == "Invalid Field Format \"\\\n")
    }

    @Test(arguments: ["2004700", "2005100", "4005602", "4044718", "5045100", "5035600"])
    func `reads the codes it writes`(text: String) {
        #expect(Self.read(text)?.description == text)
    }

    @Test(arguments: [
        "", "200470", "20047000", "2009900", "0005600", "6005600", "20056a0", " 200560", "+200560",
    ])
    func `reads nothing else`(text: String) {
        #expect(Self.read(text) == nil)
    }

    private static func read(_ text: String) -> ResponseCode? {
        ResponseCode(Array(text.utf8).span)
    }
}

struct ExternalIDTests {
    @Test(arguments: [(0, false), (1, true), (35, true), (36, true), (37, false)])
    func `has 1 to 36 bytes`(count: Int, isTaken: Bool) {
        #expect((Self.make([UInt8](repeating: 0x41, count: count)) != nil) == isTaken)
    }

    @Test func `has visible ASCII only`() {
        for byte in UInt8.min...UInt8.max {
            let isVisible = byte > 0x20 && byte < 0x7F
            #expect((Self.make([0x41, byte]) != nil) == isVisible)
        }
    }

    @Test func `keeps its text`() {
        #expect(Self.make(Array("3fa8-5f".utf8))?.text == "3fa8-5f")
    }

    private static func make(_ bytes: [UInt8]) -> ExternalID? { ExternalID(bytes.span) }
}
