/// What a response is that is not SNAP's JSON.
///
/// Firewalls, proxies and CDNs in front of a gateway answer with pages, redirects and compressed
/// bodies (article Gateway). Knowing what came back tells an operator whom to ask.
enum ForeignResponse: Equatable {
    case redirect
    case empty
    case compressed(coding: String)
    case page
    case utf16

    /// Recognises the response; nil if it is none of these, such as faulty JSON.
    init?(status: Int, body: [UInt8], contentEncoding: String?) {
        let coding = contentEncoding.map { $0.lowercased() } ?? "identity"
        if (300...399).contains(status) {
            self = .redirect
        } else if body.isEmpty {
            self = .empty
        } else if body.starts(with: [0x1F, 0x8B]) {
            self = .compressed(coding: "gzip")
        } else if ["gzip", "x-gzip", "deflate", "br", "zstd", "compress"].contains(coding) {
            self = .compressed(coding: coding)
        } else if body.starts(with: [0xFF, 0xFE]) || body.starts(with: [0xFE, 0xFF]) {
            self = .utf16
        } else if body.drop(while: Self.isSkipped).first == UInt8(ascii: "<") {
            self = .page
        } else {
            return nil
        }
    }

    /// Blanks, and the bytes of a byte order mark.
    private static func isSkipped(_ byte: UInt8) -> Bool {
        [0x09, 0x0A, 0x0D, 0x20, 0xEF, 0xBB, 0xBF].contains(byte)
    }

    /// What it is, for the operator.
    var description: String {
        switch self {
        case .redirect: "the response is a redirect, which is not followed"
        case .empty: "the response has no body"
        case .compressed(let coding):
            "the response is compressed (\(coding)), which was not requested"
        case .page:
            "the response is HTML or XML, not JSON: it is from a proxy, firewall or CDN, or "
                + "cashIn.baseURL leads to a web page"
        case .utf16: "the response is UTF-16, expected UTF-8"
        }
    }
}
