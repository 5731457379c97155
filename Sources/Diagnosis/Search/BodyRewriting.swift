/// Rewritings that programs between signer and receiver apply to the bytes of a JSON text, and
/// their inverses.
///
/// Each rewriting is defined for any bytes, JSON or not. The list is from reports of integrators
/// (article Gateway).
enum BodyRewriting {
    /// All texts that differ from `body` by one rewriting.
    static func alternatives(to body: [UInt8]) -> [(value: [UInt8], change: SignatureDifference)] {
        (escapes(body) + ends(body) + others(body)).filter { $0.value != body }
    }

    private typealias Alternative = (value: [UInt8], change: SignatureDifference)

    private static func alternative(
        _ value: [UInt8],
        _ name: SignatureDifference.Name,
        _ detail: String
    ) -> Alternative {
        (value, SignatureDifference(name: name, detail: detail))
    }

    /// Escapes of slashes and of characters, added or removed.
    private static func escapes(_ body: [UInt8]) -> [Alternative] {
        [
            alternative(
                JSONRewriting.slashes(body, escaped: false),
                .slashEscapes,
                "slashes in strings are signed as /, not as \\/"
            ),
            alternative(
                JSONRewriting.slashes(body, escaped: true),
                .slashEscapes,
                "slashes in strings are signed as \\/"
            ),
            alternative(
                JSONRewriting.unescaped(body) { $0 >= 0x80 },
                .unicodeEscapes,
                "non-ASCII characters are signed unescaped, not as \\uXXXX"
            ),
            alternative(
                JSONRewriting.unescaped(body) { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C },
                .unicodeEscapes,
                "characters are signed unescaped, not as \\uXXXX"
            ),
            alternative(
                JSONRewriting.escaped(body, capitals: false) { $0 >= 0x80 },
                .unicodeEscapes,
                "non-ASCII characters are signed as \\uxxxx"
            ),
            alternative(
                JSONRewriting.escaped(body, capitals: true) { $0 >= 0x80 },
                .unicodeEscapes,
                "non-ASCII characters are signed as \\uXXXX with uppercase digits"
            ),
            alternative(
                JSONRewriting.escaped(body, capitals: false) { markup.contains($0) },
                .unicodeEscapes,
                "< > & are signed as \\u003c \\u003e \\u0026"
            ),
        ]
    }

    /// `<`, `>` and `&`, which some JSON encoders escape for use in HTML.
    private static let markup: [UInt32] = [0x3C, 0x3E, 0x26]

    /// A line end added or removed at the end, and a byte order mark added or removed at the start.
    private static func ends(_ body: [UInt8]) -> [Alternative] {
        var all: [Alternative] = []
        for (end, name) in [([0x0D, 0x0A], "CR LF"), ([0x0A], "LF")] as [([UInt8], String)] {
            if body.suffix(end.count).elementsEqual(end) {
                all.append(
                    alternative(
                        Array(body.dropLast(end.count)),
                        .bodyEnd,
                        "the body is signed without the \(name) at its end"
                    )
                )
            }
            all.append(
                alternative(body + end, .bodyEnd, "the body is signed with \(name) at its end")
            )
        }
        if body.starts(with: byteOrderMark) {
            let rest = Array(body.dropFirst(byteOrderMark.count))
            all.append(
                alternative(rest, .byteOrderMark, "the body is signed without its byte order mark")
            )
        } else {
            let marked = byteOrderMark + body
            all.append(
                alternative(marked, .byteOrderMark, "the body is signed with a byte order mark")
            )
        }
        return all
    }

    /// U+FEFF in UTF-8.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Other line ends, shorter number literals, and straight quotation marks.
    private static func others(_ body: [UInt8]) -> [Alternative] {
        [
            alternative(
                lineFeeds(body),
                .lineEnds,
                "the body is signed with LF line ends, not CR LF"
            ),
            alternative(
                lineFeeds(body).replacing(all: [0x0A], with: [0x0D, 0x0A]),
                .lineEnds,
                "the body is signed with CR LF line ends"
            ),
            alternative(
                JSONRewriting.numbers(body, keepsFraction: true),
                .numberLiterals,
                "numbers are signed without trailing zeros, such as 10000.0"
            ),
            alternative(
                JSONRewriting.numbers(body, keepsFraction: false),
                .numberLiterals,
                "numbers are signed without a zero fraction, such as 10000"
            ),
            alternative(
                straight(body),
                .quotes,
                "quotation marks are signed straight (\"), not typographic"
            ),
        ]
    }

    /// The body with LF for each CR LF.
    private static func lineFeeds(_ body: [UInt8]) -> [UInt8] {
        body.replacing(all: [0x0D, 0x0A], with: [0x0A])
    }

    /// The body with " for typographic double quotation marks, and ' for single ones (U+2018 to
    /// U+201D).
    private static func straight(_ body: [UInt8]) -> [UInt8] {
        var output = body
        for (last, mark) in [(0x9C, 0x22), (0x9D, 0x22), (0x98, 0x27), (0x99, 0x27)]
            as [(UInt8, UInt8)]
        {
            output = output.replacing(all: [0xE2, 0x80, last], with: [mark])
        }
        return output
    }
}

extension [UInt8] {
    /// The bytes with `new` for each `old`, in one pass.
    ///
    /// - Parameter old: must not be empty.
    fileprivate func replacing(all old: [UInt8], with new: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var copied = 0
        var index = 0
        while index + old.count <= count {
            if self[index] == old[0], self[index..<(index + old.count)].elementsEqual(old) {
                output += self[copied..<index]
                output += new
                index += old.count
                copied = index
            } else {
                index += 1
            }
        }
        if copied == 0 { return self }
        return output + self[copied...]
    }
}
