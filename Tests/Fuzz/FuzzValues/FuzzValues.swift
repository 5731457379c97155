// Feeds arbitrary texts to the readers of single values. Each is compared with a second
// formulation, which is slow and plain, or is another implementation (Glibc). Nothing may crash.
//
// The first byte of an input chooses the value; the rest is its text.

/// A check of one kind of value.
typealias ValueCheck = @Sendable ([UInt8]) -> Void

/// In the order of the first byte of the seeds; new ones at the end.
private let checks: [ValueCheck] = [
    checkTimestamp, checkDecimal, checkAmount, checkBase64, checkPercentEncoding, checkURL,
    checkAddress, checkAddressBlock, checkQRIS, checkIdentifiers, checkDate, checkJakartaTime,
]

@c(LLVMFuzzerTestOneInput)
func fuzzValues(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    checks[Int(choice) % checks.count](Array(input[1...]))
    return 0
}
