import APIModel
import HTTPCore
import QRCode
import Store

/// `GET /v1/transactions/{partnerReferenceNo}/qr.svg`: the QR code of a payment as a picture.
enum QRPictureEndpoint {
    /// The picture, or 404 if the payment is unknown or has no code.
    ///
    /// A code that is expired or paid is drawn as well: the payment says so (`expired`, `final`).
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let reference = try TransactionEndpoint.reference(request)
        let record = try await reading { () async throws(StoreError) in
            try await services.store.reader.transaction(reference)
        }
        guard let record else { throw TransactionEndpoint.unknown(reference) }
        guard let content = record.generation?.qrContent else {
            throw Problem(
                .qrNotFound,
                "The payment \(reference) has no QR code: none was generated or received here.",
                field: "partnerReferenceNo"
            )
        }
        return try response(content)
    }

    /// The response with the picture of a QR payload.
    ///
    /// The library is loaded for each picture, so that it can be installed without a restart.
    static func response(
        _ content: String,
        library: String = QREncoder.libraryName
    ) throws(Problem) -> Response {
        let symbol: QRSymbol
        do throws(QREncoderError) {
            symbol = try QREncoder(library: library).symbol(of: content)
        } catch {
            throw problem(error)
        }
        var response = Response(.ok, body: Array(symbol.svg.utf8))
        response.add("Content-Type", APILimits.pictureMediaType)
        response.add("Cache-Control", "no-store")
        return response
    }

    private static func problem(_ error: QREncoderError) -> Problem {
        switch error {
        case .libraryMissing:
            Problem(.qrEncoderMissing, "The code is not drawn: \(error).")
        case .libraryForeign:
            Problem(.qrEncoderMissing, "The code is not drawn: \(error) (package libqrencode4).")
        case .unencodable:
            Problem(.internalError, "The code is not drawn: \(error).")
        }
    }
}
