import Payments
import Snap
import Text

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
