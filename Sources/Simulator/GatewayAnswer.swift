import HTTPCore
import Snap
import Text

/// What the simulated gateway does with one request.
enum GatewayAnswer: Sendable {
    case answer(Response)
    case disconnect

    /// An answer of a service that names a case and no more.
    init(_ responseCase: ResponseCase, _ service: ResponseCode.Service) {
        let answer = SnapAnswer(responseCase, service)
        self.init(status: answer.code.status, body: answer.body)
    }

    init(status: Int, body: [UInt8]) {
        var response = Response(Status(status), body: body)
        response.add("Content-Type", "application/json")
        self = .answer(response)
    }

    /// A successful answer of a service, with `members` behind its code and message.
    static func successful(
        _ service: ResponseCode.Service,
        _ add: (inout JSONObjectText) -> Void
    ) -> GatewayAnswer {
        var body = JSONObjectText()
        body.add("responseCode", ResponseCode(.successful, service).description)
        body.add("responseMessage", ResponseCase.successful.message)
        add(&body)
        return GatewayAnswer(status: 200, body: body.bytes)
    }
}
