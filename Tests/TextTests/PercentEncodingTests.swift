import Testing
import Text

/// The one decoder of percent escapes, for paths, queries and the user of a proxy.
struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("%4a%4A", "JJ"), ("a+b", "a+b"),
        ("%25%32%35", "%25"), ("%C3%A9", "é"),
    ])
    func `escapes are decoded, and all else stands for itself`(text: String, decoded: String) {
        #expect(PercentEncoding.decoded(text.utf8) == Array(decoded.utf8))
    }

    @Test(arguments: ["%", "%4", "a%", "%4g", "%g4", "%+1", "%-1", "% 1", "%%41"])
    func `an escape without two digits is invalid`(text: String) {
        #expect(PercentEncoding.decoded(text.utf8) == nil)
    }
}
