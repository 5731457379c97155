import Crypto
import Testing

struct Base64Tests {
    /// RFC 4648 section 10.
    static let vectors = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]

    @Test(arguments: vectors)
    func `encodes and decodes the vectors of RFC 4648`(plain: String, text: String) {
        #expect(encode(Array(plain.utf8)) == Array(text.utf8))
        #expect(decode(Array(text.utf8)) == Array(plain.utf8))
    }

    @Test(arguments: [
        ("Zg", "no padding"), ("Zg=", "half the padding"), ("Zm9vYg", "no padding, longer"),
        ("Zm9", "three characters"), ("Zm9vY", "one character more"), ("=", "padding only"),
        ("====", "padding only"), ("Z===", "three padding characters"),
        ("Zg==Zg==", "padding in the middle"), ("Zm8=Zm8=", "padding in the middle"),
        ("Z=g=", "padding before the last character"), ("Zg=A", "character after padding"),
        ("Zh==", "bits set after the last byte"), ("Zm9=", "bits set after the last byte"),
        ("Zg==\n", "line feed"), ("Zm9v\nYmFy", "line feed"), (" Zm9v", "blank"),
        ("Zm9v ", "blank"),
        ("Zm9v    ", "blanks that make the length right"), ("Zm9v\r\n\r\n", "line ends"),
        ("-_-_", "the URL alphabet"), ("Zm\0v", "NUL"), ("Zmö=", "a byte over 0x7F"),
    ])
    func `refuses anything but canonical padded base64`(text: String, why: String) {
        #expect(decode(Array(text.utf8)) == nil, "\(why)")
    }

    @Test func `takes exactly the 64 characters at each of the four places`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for place in 0..<4 {
            for byte in UInt8.min...UInt8.max {
                var text = Array("AAAAAAAA".utf8)
                text[place] = byte
                #expect((decode(text) != nil) == alphabet.contains(byte))
                // At the last place of the text the padding character is right, too.
                text = Array("AAAAAAAA".utf8)
                text[4 + place] = byte
                let isPadding = byte == UInt8(ascii: "=") && place == 3
                #expect((decode(text) != nil) == (alphabet.contains(byte) || isPadding))
            }
        }
    }

    @Test func `gives back what was encoded, for every length and byte`() {
        var bytes: [UInt8] = []
        for count in 0..<300 {
            #expect(decode(encode(bytes)) == bytes)
            bytes.append(UInt8(truncatingIfNeeded: count &* 167))
        }
    }

    @Test func `drops what the output held before`() {
        var output: [UInt8] = [1, 2, 3, 4, 5]
        let text = Array("Zm9v".utf8)
        let isDecoded = Base64.decode(text.span, into: &output)
        #expect(isDecoded)
        #expect(output == Array("foo".utf8))
    }

    private func decode(_ text: [UInt8]) -> [UInt8]? { Base64.decode(text.span) }

    private func encode(_ bytes: [UInt8]) -> [UInt8] { Base64.encode(bytes.span) }
}
