import APIModel
import HTTPCore
import HTTPServer
import Synchronization

/// Limits how many bodies beyond `internal.limits.bodyBytes` are in memory at the same time.
final class LargeBodies: Sendable {
    /// One is received while another one is handled.
    private static let countMax = 2

    /// The time in which such a body must arrive, in seconds: 32 MiB at 4 Mbit/s.
    private static let seconds = 70

    private let count = Atomic<Int>(0)

    /// Takes a place; it is free again when the permit is released.
    func permit() throws(Problem) -> BodyPermit {
        guard count.add(1, ordering: .relaxed).newValue <= Self.countMax else {
            count.subtract(1, ordering: .relaxed)
            throw Problem(
                .overloaded,
                "\(Self.countMax) large requests are in progress; try again in a second."
            )
        }
        return BodyPermit(seconds: Self.seconds) { [self] in count.subtract(1, ordering: .relaxed) }
    }
}

extension RequestHead {
    /// Whether the body can have more than `bytesMax` bytes, as far as the head tells.
    func mayExceed(_ bytesMax: Int) -> Bool {
        switch framing {
        case .none: false
        case .contentLength(let count): count > bytesMax
        case .chunked: true
        }
    }
}
