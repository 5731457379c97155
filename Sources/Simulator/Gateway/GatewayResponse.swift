import HTTPCore
import Snap
import Text

/// The reaction of the simulated gateway to one request.
enum GatewayResponse: Sendable {
    case answer(Response)
    /// The connection is reset before the response is complete.
    case disconnect

    /// A response with `responseCode` and `responseMessage` only.
    init(_ responseCase: ResponseCase, _ service: ResponseCode.Service) {
        let answer = SnapResponse(responseCase, service)
        self.init(status: answer.code.status, body: answer.body)
    }

    /// A JSON response.
    init(status: Int, body: [UInt8]) {
        var response = Response(Status(status), body: body)
        response.add("Content-Type", "application/json")
        self = .answer(response)
    }

    /// A successful response of a service.
    ///
    /// - Parameter add: adds the members after `responseCode` and `responseMessage`.
    static func successful(
        _ service: ResponseCode.Service,
        _ add: (inout JSONObjectText) -> Void
    ) -> GatewayResponse {
        var body = JSONObjectText()
        body.add("responseCode", ResponseCode(.successful, service).description)
        body.add("responseMessage", ResponseCase.successful.message)
        add(&body)
        return GatewayResponse(status: 200, body: body.bytes)
    }
}
