import Payments
import Snap

@testable import CashIn

/// Answers of the gateway, and how a call ends with them.
enum Answers {
    /// An object with the code and, behind it, `members` as JSON text.
    static func body(_ code: String, _ members: String = "") -> String {
        let head = #""responseCode":"\#(code)","responseMessage":"words""#
        return "{\(head)\(members.isEmpty ? "" : ",")\(members)}"
    }

    static func reply(
        _ service: ResponseCode.Service,
        _ body: String,
        status: Int = 200
    ) -> GatewayReply {
        GatewayReply(status: status, body: Array(body.utf8), from: service)
    }

    /// A QRIS code for 10000.00.
    static let qrContent: String = {
        let objects = [
            (0, "01"), (1, "12"), (26, "0016ID.CO.EXAMPLE.WWW"), (52, "5411"), (53, "360"),
            (54, "10000.00"), (58, "ID"), (59, "Warung Contoh"), (60, "Jakarta"),
        ]
        return QRISContent.text(of: objects.compactMap { QRISObject(tag: $0.0, value: $0.1) })
    }()
}
