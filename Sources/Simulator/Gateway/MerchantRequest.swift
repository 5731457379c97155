import Crypto
import HTTPCore
import Payments
import Snap
import Text

/// The header fields of a merchant's request, checked as the gateway's documentation describes.
struct MerchantHeader {
    /// X-EXTERNAL-ID: 1 to 36 decimal digits.
    let externalID: String

    /// X-TIMESTAMP as received, and its instant; must be Jakarta time in whole seconds.
    let timestamp: String
    let instant: Timestamp

    /// The string that the signature must cover (article Protocol).
    let stringToSign: [UInt8]

    private let signature: String
    private let partnerID: String

    /// Reads the mandatory fields and checks their format.
    ///
    /// - Parameter path: the signed path, which differs from the request target by the base path.
    /// - Throws: the response code of the first missing or malformed field.
    init(_ head: RequestHead, body: [UInt8], path: String) throws(RequestRefusal) {
        timestamp = try Self.value("X-TIMESTAMP", of: head, bytesMax: 25)
        partnerID = try Self.value("X-PARTNER-ID", of: head, bytesMax: 36)
        externalID = try Self.value("X-EXTERNAL-ID", of: head, bytesMax: 36)
        signature = try Self.value("X-SIGNATURE", of: head, bytesMax: 4096)
        let channelID = try Self.value("CHANNEL-ID", of: head, bytesMax: 5)
        guard let instant = Timestamp(jakarta: timestamp) else {
            throw RequestRefusal(.invalidFieldFormat("X-TIMESTAMP"))
        }
        self.instant = instant
        for (name, value) in [("X-EXTERNAL-ID", externalID), ("CHANNEL-ID", channelID)] {
            guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw RequestRefusal(.invalidFieldFormat(name))
            }
        }
        // SNAP BI signs the hash of the minified body.
        let minified = minified(body.span) ?? body
        do throws(CryptoError) {
            stringToSign = StringToSign.bytes(
                path: path,
                body: minified.span,
                timestamp: timestamp,
                hasher: try SHA256()
            )
        } catch {
            throw RequestRefusal(.generalError)
        }
    }

    /// Whether X-PARTNER-ID is the merchant's, and the signature verifies with the merchant's key.
    func isAuthentic(for settings: SimulatorSettings) -> Bool {
        guard partnerID == settings.clientID, let bytes = Base64.decode(signature.utf8.span) else {
            return false
        }
        do throws(CryptoError) {
            let signed = try DigestRecoverer(settings.merchantKey).digest(in: bytes.span)
            let expected = try sha256(stringToSign.span)
            return signed == expected
        } catch {
            return false
        }
    }

    /// The value of a field that must occur once, not empty, with at most `bytesMax` bytes.
    private static func value(
        _ name: String,
        of head: RequestHead,
        bytesMax: Int
    ) throws(RequestRefusal) -> String {
        guard case .value(let range) = head.single(name), !range.isEmpty else {
            throw RequestRefusal(.invalidMandatoryField(name))
        }
        guard range.count <= bytesMax else { throw RequestRefusal(.invalidFieldFormat(name)) }
        return head.text(range)
    }
}

/// The JSON body of a merchant's request, read field by field.
///
/// A missing or empty field throws 400xx02, a malformed one 400xx01, both with the path of the
/// field.
struct RequestBody {
    private let root: JSONValue

    /// Parses the body.
    ///
    /// - Throws: 400xx00 unless it is a strict JSON object.
    init(_ bytes: [UInt8]) throws(RequestRefusal) {
        do throws(JSONError) {
            root = try JSONDocument(bytes).root
        } catch {
            throw RequestRefusal(.badRequest)
        }
        guard root.kind == .object else { throw RequestRefusal(.badRequest) }
    }

    /// A string of 1 to `bytesMax` bytes; `path` has points between the names.
    func text(_ path: String, bytesMax: Int) throws(RequestRefusal) -> String {
        var value: JSONValue? = root
        for name in path.split(separator: ".") { value = value?[String(name)] }
        guard let value, value.kind != .null, value.string != "" else {
            throw RequestRefusal(.invalidMandatoryField(path))
        }
        guard let text = value.string, text.utf8.count <= bytesMax else {
            throw RequestRefusal(.invalidFieldFormat(path))
        }
        return text
    }

    /// A reference of 1 to `bytesMax` bytes.
    func reference(_ path: String, bytesMax: Int) throws(RequestRefusal) -> Reference {
        guard let reference = Reference(try text(path, bytesMax: bytesMax)) else {
            throw RequestRefusal(.invalidFieldFormat(path))
        }
        return reference
    }

    /// An amount in whole rupiah: "must be ended with .00", at most 19 characters.
    func amount(_ path: String) throws(RequestRefusal) -> Amount {
        let value = try text(path + ".value", bytesMax: 19)
        guard value.hasSuffix(".00"), let amount = Amount(text: value.utf8.span) else {
            throw RequestRefusal(.invalidFieldFormat(path + ".value"))
        }
        guard try text(path + ".currency", bytesMax: 3) == "IDR" else {
            throw RequestRefusal(.invalidFieldFormat(path + ".currency"))
        }
        return amount
    }

    /// A time in the documented form, `yyyy-MM-ddTHH:mm:ss+07:00`.
    func time(_ path: String) throws(RequestRefusal) -> (text: String, instant: Timestamp) {
        let text = try text(path, bytesMax: 25)
        guard let instant = Timestamp(jakarta: text) else {
            throw RequestRefusal(.invalidFieldFormat(path))
        }
        return (text, instant)
    }
}

/// Why a merchant's request is rejected: the case of its response code.
struct RequestRefusal: Error, Equatable {
    let responseCase: ResponseCase

    init(_ responseCase: ResponseCase) { self.responseCase = responseCase }
}

extension Timestamp {
    /// Parses a time in exactly the documented form, `yyyy-MM-ddTHH:mm:ss+07:00`; nil for any
    /// other.
    init?(jakarta text: String) {
        guard text.utf8.count == 25, text.hasSuffix("+07:00"), text.utf8.dropFirst(10).first == 0x54
        else { return nil }
        self.init(rfc3339: text.utf8.span)
    }
}
