import Testing

@testable import HTTPCore

struct RequestErrorTests {
    /// Every case with its status (contract section 4, last paragraph) and its text for the log.
    private static let errors: [(error: RequestError, status: Int, text: String)] = [
        (.malformed(.fieldName, offset: 7), 400, "malformed field name at byte 7"),
        (.versionNotSupported, 505, "HTTP version not supported, expected 1.0 or 1.1"),
        (.methodTooLong(bytesMax: 32), 501, "method longer than 32 bytes"),
        (.targetTooLong(bytesMax: 8_192), 414, "request target longer than 8192 bytes"),
        (.headTooLarge(bytesMax: 16_384), 431, "head larger than 16384 bytes"),
        (.tooManyFields(countMax: 64), 431, "more than 64 fields"),
        (.bodyTooLarge(bytesMax: 65_536), 413, "body larger than 65536 bytes"),
        (.trailersTooLarge(bytesMax: 16_384), 431, "trailers larger than 16384 bytes"),
        (.chunkExtensionsTooLarge(bytesMax: 9), 413, "chunk extensions larger than 9 bytes"),
    ]

    @Test func `every refusal has its status and says what is wrong`() {
        for (error, status, text) in Self.errors {
            #expect(error.status.code == status)
            #expect(String(describing: error) == text)
        }
    }

    @Test func `every malformed part gets a 400 and names itself`() {
        for part in MalformedPart.allCases {
            let error = RequestError.malformed(part, offset: 0)
            #expect(error.status == .badRequest)
            #expect(error.description == "malformed \(part.rawValue) at byte 0")
        }
        #expect(Set(MalformedPart.allCases.map(\.rawValue)).count == MalformedPart.allCases.count)
    }

    @Test func `the default limits are those of the contract`() {
        let limits = HTTPLimits()
        #expect(limits.headerBytes == 16_384)
        #expect(limits.headerCount == 64)
        #expect(limits.bodyBytes == 65_536)
        #expect(limits.targetBytes < limits.headerBytes)
    }
}
