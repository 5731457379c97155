import Crypto
import Glibc
import Support

/// Signed requests, made once and kept in a file: signing takes longer than all that is measured.
///
/// Every request has an X-EXTERNAL-ID and references of its own. The receiver runs without a
/// tolerance for X-TIMESTAMP, so they do not age.
final class Requests {
    /// All requests have the same length.
    static let length = 980
    static let partnerID = "CID1234567890"
    private static let portion = 4_096

    let publicKeyPEM: String
    private let descriptor: CInt
    private let signer: CallbackSigner

    init(directory: String) throws {
        let keyFile = "\(directory)/gateway.pem"
        let key: RSAPrivateKey
        if access(keyFile, R_OK) == 0 {
            key = try RSAPrivateKey(try contents(of: keyFile))
        } else {
            key = try RSAPrivateKey.generate()
            try write(key.pem(), to: keyFile)
        }
        publicKeyPEM = try key.publicKey.pem()
        signer = CallbackSigner(key: key, partnerID: Self.partnerID)
        let path = "\(directory)/requests-\(Self.length)"
        descriptor = try checked("open \(path)", open(path, O_RDWR | O_CREAT, 0o600))
    }

    deinit { close(descriptor) }

    /// Makes as many requests as are missing of `count`.
    func make(_ count: Int) async throws {
        let size = Int(try checked("lseek", lseek(descriptor, 0, CInt(SEEK_END))))
        var made = size / Self.length
        if made < count { note("signing \(count - made) requests, once") }
        while made < count {
            let portion = try await sign(min(Self.portion, count - made))
            let offset = off_t(made * Self.length)
            let written = portion.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, offset)
            }
            guard try checked("pwrite", written) == portion.count else {
                throw SystemCallFailure(call: "pwrite", code: ENOSPC)
            }
            made += portion.count / Self.length
        }
    }

    /// The requests of a range, one after the other.
    func bytes(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count * Self.length)
        var read = 0
        while read < bytes.count {
            let offset = off_t(range.lowerBound * Self.length + read)
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + read }, $0.count - read, offset)
            }
            guard try checked("pread", count) > 0 else {
                throw SystemCallFailure(call: "pread", code: EIO)
            }
            read += count
        }
        return bytes
    }

    /// The partnerReferenceNo of each request of a range, which a callback has as
    /// `originalReferenceNo`.
    func references(_ range: Range<Int>) throws -> Set<String> {
        let name = Array("\"originalReferenceNo\":".utf8)
        var references: Set<String> = []
        for number in range {
            let request = try bytes(number..<number + 1)
            guard let found = request.firstRange(of: name) else { continue }
            let text = request[found.upperBound...].split(separator: UInt8(ascii: "\"")).first
            references.insert(String(decoding: text ?? [], as: UTF8.self))
        }
        return references
    }

    /// An authentic request with any body.
    func signed(_ body: [UInt8]) throws -> [UInt8] {
        var head = "POST /v1.0/debit/notify HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for header in try signer.callback(body: body).headers {
            head += "\(header.name): \(header.value)\r\n"
        }
        return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    private func sign(_ count: Int) async throws -> [UInt8] {
        let signer = signer
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            let workers = 4
            for worker in 0..<workers {
                let share = count / workers + (worker < count % workers ? 1 : 0)
                group.addTask {
                    var random = SystemRandomNumberGenerator()
                    var bytes: [UInt8] = []
                    for _ in 0..<share { bytes += try Self.request(signer, &random) }
                    return bytes
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private static func request(
        _ signer: CallbackSigner,
        _ random: inout SystemRandomNumberGenerator
    ) throws -> [UInt8] {
        let body = NotifyBody {
            $0.originalPartnerReferenceNo = "\"PAY\(hex(24, &random))\""
            $0.originalReferenceNo = "\"TRX\(hex(22, &random))\""
        }
        let id = [8, 4, 4, 4, 12].map { hex($0, &random) }.joined(separator: "-")
        let callback = try signer.callback(body: body.bytes, externalID: id)
        var head = "POST /v1.0/debit/notify HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for header in callback.headers { head += "\(header.name): \(header.value)\r\n" }
        head += "Content-Length: \(callback.body.count)\r\n"
        // A header like those that proxies add brings every request to the same length.
        let name = "X-Request-ID: "
        let missing = length - head.utf8.count - callback.body.count - name.utf8.count - 4
        precondition(missing > 0, "the request is longer than \(length) bytes")
        head += name + hex(missing, &random) + "\r\n\r\n"
        return Array(head.utf8) + callback.body
    }

    private static func hex(_ count: Int, _ random: inout SystemRandomNumberGenerator) -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<count).map { _ in digits[Int.random(in: 0..<16, using: &random)] })
    }
}
