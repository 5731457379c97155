import Text

/// Times near an X-TIMESTAMP, in its notation: two readings of a clock, or another time zone.
enum TimestampShifts {
    /// Seconds between two readings of a clock that are tried, in either direction.
    static let secondsMax: Int64 = 5

    /// Hours of a wrong time zone that are tried, in either direction.
    static let hoursMax: Int64 = 14

    /// Milliseconds between two readings that are tried where the notation has milliseconds.
    static let millisecondsMax: Int64 = 1_500

    /// The times a few seconds or whole hours away, with the same fraction and offset.
    static func alternatives(
        to value: [UInt8]
    ) -> [(value: [UInt8], change: SignatureDifference)] {
        var others: [(value: [UInt8], change: SignatureDifference)] = []
        for seconds in 1...secondsMax {
            for shift in [seconds, -seconds] {
                let relation = shift > 0 ? "later" : "earlier"
                add(value, by: shift * 1_000, "\(seconds) s \(relation)", &others)
            }
        }
        for hours in 1...hoursMax {
            for shift in [-hours, hours] {
                let relation = shift > 0 ? "later" : "earlier"
                add(value, by: shift * 3_600_000, "\(hours) h \(relation)", &others)
            }
        }
        return others
    }

    private static func add(
        _ value: [UInt8],
        by milliseconds: Int64,
        _ difference: String,
        _ others: inout [(value: [UInt8], change: SignatureDifference)]
    ) {
        guard let shifted = shifted(value, by: milliseconds) else { return }
        let text = String(decoding: shifted, as: UTF8.self)
        let cause = milliseconds.magnitude < 60_000 ? "a clock read twice" : "another time zone"
        let change = SignatureDifference(
            name: .timestampShift,
            detail: "the signed time is \(difference) than X-TIMESTAMP (\(cause)): \(text)"
        )
        others.append((shifted, change))
    }

    /// The times up to 1.5 s away; empty unless the notation has milliseconds.
    static func milliseconds(
        around value: [UInt8]
    ) -> [(value: [UInt8], change: SignatureDifference)] {
        guard value.count > 23, value[19] == UInt8(ascii: "."), !isDigit(value[23]) else {
            return []
        }
        var others: [(value: [UInt8], change: SignatureDifference)] = []
        for distance in 1...millisecondsMax {
            for shift in [-distance, distance] {
                guard let shifted = shifted(value, by: shift, hasFraction: true) else { return [] }
                let change = SignatureDifference(
                    name: .timestampShift,
                    detail: "the signed time is \(distance) ms away from X-TIMESTAMP (a clock read "
                        + "twice): \(String(decoding: shifted, as: UTF8.self))"
                )
                others.append((shifted, change))
            }
        }
        return others
    }

    /// The text with its date and time moved; nil unless it begins with both.
    ///
    /// - Parameter hasFraction: whether three digits of a fraction are moved as well.
    private static func shifted(
        _ value: [UInt8],
        by milliseconds: Int64,
        hasFraction: Bool = false
    ) -> [UInt8]? {
        let movedBytes = hasFraction ? 23 : 19
        guard value.count >= movedBytes, value.prefix(4).allSatisfy(isDigit) else { return nil }
        var local = Array(value.prefix(movedBytes))
        local[10] = UInt8(ascii: "T")
        guard let time = Timestamp(rfc3339: (local + Array("+07:00".utf8)).span) else { return nil }
        let text = JakartaTime.textWithFraction(milliseconds: time.milliseconds + milliseconds)
        var moved = Array(text.utf8.prefix(movedBytes))
        guard moved.count == movedBytes else { return nil }
        moved[10] = value[10]
        return moved + value.dropFirst(movedBytes)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
