extension Int64 {
    /// A number written in decimal digits alone; nil for all other text, and when it is too large.
    ///
    /// `Int64("+5")` is 5: a number that the outside writes has no sign here.
    package init?(digits: some Collection<UInt8>) {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.init(String(decoding: digits, as: UTF8.self))
    }
}
