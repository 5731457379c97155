import HTTPCore
import Testing

@testable import Outbound

/// The gateway's clock, as its responses show it.
struct GatewayDateTests {
    private func milliseconds(_ field: String) -> Int64? {
        GatewayDate.milliseconds(
            inHead: Array("HTTP/1.1 200 OK\r\nServer: x\r\n\(field)\r\nAge: 1\r\n\r\n".utf8)
        )
    }

    @Test func `every date that HTTPDate writes is read`() {
        for seconds in [0, 784_111_777, 951_782_400, 1_704_067_199, 4_107_542_400] {
            let date = String(decoding: HTTPDate(epochSeconds: seconds).bytes, as: UTF8.self)
            #expect(milliseconds("Date: \(date)") == Int64(seconds) * 1_000)
            #expect(milliseconds("date:\(date)") == Int64(seconds) * 1_000)
        }
    }

    @Test(arguments: [
        "Expires: Sun, 06 Nov 1994 08:49:37 GMT", "Date: Sun, 06 Nov 1994 08:49:37 UTC",
        "Date: Sunday, 06-Nov-94 08:49:37 GMT", "Date: Sun, 6 Nov 1994 08:49:37 GMT",
        "Date: Sun, 31 Feb 1994 08:49:37 GMT", "Date: Sun, 06 Nvo 1994 08:49:37 GMT", "Date:",
    ])
    func `anything else is no time`(field: String) {
        #expect(milliseconds(field) == nil)
    }
}
