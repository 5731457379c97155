/// The checksums of pages: in the database file our own, in the WAL those of SQLite.
enum PageChecksum {
    /// The size of every page that has a checksum.
    static let pageBytes = 4_096

    /// The bytes at the end of each page that SQLite leaves to extensions, and that hold the
    /// checksum.
    static let reservedBytes = 8

    private static let wordCount = (pageBytes - reservedBytes) / 8

    /// The checksum of the page at this place of the file, whatever its reserved bytes are.
    ///
    /// Four lanes of 64-bit words. Each step is a bijection of the lane and of the word, so that a
    /// change inside one word always changes the result, and any other change does but for one time
    /// in 2^64. The number of the page makes a page that was written to a wrong place fail.
    ///
    /// - Parameters:
    ///   - page: ``pageBytes`` bytes.
    ///   - number: the first page of the file is 1.
    static func ofPage(_ page: UnsafeRawBufferPointer, number: Int64) -> UInt64 {
        guard let start = page.baseAddress else { return 0 }
        var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        let word = { (index: Int) in
            unsafe start.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        }
        for index in stride(from: 0, to: wordCount & ~3, by: 4) {
            a = mixed(a, word(index))
            b = mixed(b, word(index &+ 1))
            c = mixed(c, word(index &+ 2))
            d = mixed(d, word(index &+ 3))
        }
        for index in wordCount & ~3..<wordCount { a = mixed(a, word(index)) }
        let sum = mixed(mixed(mixed(mixed(UInt64(number), a), b), c), d)
        return sum ^ (sum >> 32)
    }

    /// Little-endian, on every machine: a database can be moved.
    private static func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let product = (lane ^ UInt64(littleEndian: word)) &* 0x9E37_79B9_7F4A_7C15
        return product << 29 | product >> 35
    }

    /// The checksum that a page bears.
    static func stored(_ page: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(
            littleEndian: unsafe page.loadUnaligned(
                fromByteOffset: wordCount * 8,
                as: UInt64.self
            )
        )
    }

    /// Gives a page its checksum.
    static func stamp(_ page: UnsafeMutableRawBufferPointer, number: Int64) {
        let sum = unsafe ofPage(UnsafeRawBufferPointer(page), number: number).littleEndian
        unsafe page.storeBytes(of: sum, toByteOffset: wordCount * 8, as: UInt64.self)
    }

    static func matches(_ page: UnsafeRawBufferPointer, number: Int64) -> Bool {
        unsafe ofPage(page, number: number) == stored(page)
    }
}

/// The running checksum of a WAL (<https://www.sqlite.org/fileformat2.html>, section 4.2).
struct WALChecksum: Equatable {
    private var first: UInt32
    private var second: UInt32

    /// A stored one: 8 bytes, big-endian.
    init(_ stored: UnsafeRawBufferPointer) {
        first = unsafe UInt32(bigEndian: stored.loadUnaligned(as: UInt32.self))
        second = unsafe UInt32(bigEndian: stored.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    /// The one before the header.
    init() { (first, second) = (0, 0) }

    /// Adds bytes, whose number is a multiple of 8.
    ///
    /// - Parameter isBigEndian: the byte order of the words, which the WAL's magic number tells.
    mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        var offset = 0
        while offset < bytes.count {
            let one = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            let two = unsafe bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            first &+= (isBigEndian ? UInt32(bigEndian: one) : UInt32(littleEndian: one)) &+ second
            second &+= (isBigEndian ? UInt32(bigEndian: two) : UInt32(littleEndian: two)) &+ first
            offset += 8
        }
    }
}
