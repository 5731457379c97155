import Crypto
import HTTPCore
import HTTPServer
import Ledger
import Payments
import Snap
import Store
import Text

/// The result of the checks that need nothing stored (article Checks, rows 2 to 5 and 7 to 9).
enum CallbackExamination {
    /// The signature verified: the store judges and keeps it. `problem` is the response for what is
    /// wrong with it nevertheless.
    case authentic(Delivery, problem: SnapResponse?)
    /// Nothing shows that the gateway spoke.
    case refused(SnapResponse)

    init(
        _ request: Request,
        _ route: NotifyRoute,
        nowMilliseconds: Int64,
        _ context: NotifyContext
    ) {
        let head = request.head
        let headers = CallbackHeaders(head)
        let externalID = headers.externalID(in: head)
        let timestamp = headers.timestamp(in: head)
        let headerProblem =
            route.refusal ?? Self.headerProblem(headers, externalID, timestamp)

        // The signature is checked even when row 2, 3 or 4 has failed, as far as its headers are
        // there (article Checks): an authentic callback is stored.
        guard let signed = headers.timestamp.range,
            let signature = headers.signature.range,
            let match = context.match(
                RequestToVerify(
                    head: head,
                    signature: signature,
                    timestamp: signed,
                    body: request.body,
                    loopIndex: request.loopIndex
                )
            )
        else {
            self = .refused(headerProblem ?? NotifyResponse.unauthorized)
            return
        }
        let (content, problem) = Self.content(
            request,
            headerProblem: headerProblem,
            isAddressRefused: route.isAddressRefused,
            isForUs: headers.partnerID.range.map { head[$0].elementsEqual(context.clientID) }
                ?? false
        )
        let delivery = Delivery(
            receivedMilliseconds: nowMilliseconds,
            client: route.client.description,
            head: head.bytes,
            body: request.body,
            externalID: externalID?.text,
            timestamp: head.text(signed),
            signedMilliseconds: timestamp?.milliseconds,
            signedDigest: SignedDigest(match.identity),
            verification: Delivery.Verification(
                path: match.path,
                bodyForm: match.form.rawValue,
                keyFingerprint: match.keyFingerprint
            ),
            content: content
        )
        self = .authentic(delivery, problem: problem)
    }

    /// Examines a saved callback, which no loop has received.
    ///
    /// - Parameter receivedMilliseconds: the time of receipt, since the epoch.
    init(
        ofSaved head: RequestHead,
        body: [UInt8],
        peer: Peer,
        _ route: NotifyRoute,
        receivedMilliseconds: Int64,
        _ context: NotifyContext
    ) {
        let request = Request(
            head: head,
            body: body,
            peer: peer,
            number: 0,
            receivedNanoseconds: 0,
            loopIndex: context.spareIndex
        )
        self.init(request, route, nowMilliseconds: receivedMilliseconds, context)
    }

    /// Rows 3 and 4.
    private static func headerProblem(
        _ headers: CallbackHeaders,
        _ externalID: ExternalID?,
        _ timestamp: Timestamp?
    ) -> SnapResponse? {
        if let missing = headers.missing { return .notify(.invalidMandatoryField(missing)) }
        if externalID == nil { return .notify(.invalidFieldFormat("X-EXTERNAL-ID")) }
        if timestamp == nil { return .notify(.invalidFieldFormat("X-TIMESTAMP")) }
        return nil
    }

    /// What an authentic request says, and the response for what is wrong with it.
    private static func content(
        _ request: Request,
        headerProblem: SnapResponse?,
        isAddressRefused: Bool,
        isForUs: Bool
    ) -> (CallbackContent, SnapResponse?) {
        if let headerProblem {
            guard isAddressRefused else { return failure(.headers, headerProblem, request) }
            return failure(isForUs ? .address : .partner, headerProblem, request)
        }
        if !isForUs { return failure(.partner, NotifyResponse.unauthorized, request) }
        do throws(NotificationError) {
            let notification = try Notification(request.body)
            return (Self.content(notification), nil)
        } catch {
            return failure(.body, response(to: error, request.head), request)
        }
    }

    /// Row 7 looks at Content-Encoding only when the body is no JSON object: some gateways send
    /// `Content-Encoding: UTF-8` with a plain body.
    private static func response(to error: NotificationError, _ head: RequestHead) -> SnapResponse {
        if case .badRequest = error, isEncoded(head) { return NotifyResponse.unsupportedEncoding }
        return .notify(error.responseCase)
    }

    /// Whether Content-Encoding says something else than `identity`, which RFC 9110 section 8.4.1
    /// reserves for "no encoding".
    private static func isEncoded(_ head: RequestHead) -> Bool {
        head.values(of: "Content-Encoding").contains { range in
            !range.isEmpty && head.text(range).lowercased() != "identity"
        }
    }

    private static func failure(
        _ failure: DeliveryFailure,
        _ response: SnapResponse,
        _ request: Request
    ) -> (CallbackContent, SnapResponse?) {
        // The references of one that is another's by its header lead to its like only.
        let readable = ReadableReferences(request.body)
        let content = CallbackContent(
            CallbackContent.Defect(
                failure,
                code: response.codeText,
                problem: response.message
            ),
            references: [
                readable.originalPartnerReferenceNo, readable.originalReferenceNo,
            ].compactMap(\.self)
        )
        return (content, response)
    }

    private static func content(_ notification: Notification) -> CallbackContent {
        CallbackContent(
            notification.fact,
            marks: SuccessMarks(
                time: notification.finishedAt,
                originalExternalID: notification.originalExternalID
            )
        )
    }
}

extension SignedDigest {
    /// The identity of a match.
    fileprivate init(_ digest: Digest) {
        let word = { (start: Int) in
            (start..<(start + 8)).reduce(UInt64(0)) { $0 << 8 | UInt64(digest.bytes[$1]) }
        }
        self.init(word(0), word(8), word(16), word(24))
    }
}
