extension BodyRewriting {
    /// Slashes, which PHP's `json_encode` escapes unless told otherwise.
    static let slashes: [BodyRewriting] = [
        BodyRewriting(.slashes, .slashEscapes, "slashes in strings are signed as /, not as \\/") {
            JSONRewriting.slashes($0, escaped: false)
        },
        BodyRewriting(.slashes, .slashEscapes, "slashes in strings are signed as \\/") {
            JSONRewriting.slashes($0, escaped: true)
        },
    ]

    /// Escapes `\uXXXX`, added or removed.
    static let escapes: [BodyRewriting] =
        removedEscapes
        + addedEscapes.map { names, set in
            BodyRewriting(.escapes, .unicodeEscapes, "\(names)") { set.escaped($0) }
        }

    private static let removedEscapes: [BodyRewriting] = [
        BodyRewriting(
            .escapes,
            .unicodeEscapes,
            "non-ASCII characters are signed unescaped, not as \\uXXXX"
        ) { JSONRewriting.unescaped($0) { $0 >= 0x80 } },
        BodyRewriting(
            .escapes,
            .unicodeEscapes,
            "characters are signed unescaped, not as \\uXXXX"
        ) { JSONRewriting.unescaped($0) { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C } },
    ]

    /// The characters that a JSON encoder escapes, and the case of its hexadecimal digits.
    private struct EscapeSet: Sendable {
        let characters: Set<UInt32>
        var isBeyondASCII = false
        var capitals = true

        func escaped(_ body: [UInt8]) -> [UInt8] {
            JSONRewriting.escaped(body, capitals: capitals) { value in
                value >= 0x80 ? isBeyondASCII : characters.contains(value)
            }
        }
    }

    /// `<`, `>` and `&`, which encoders escape for use in HTML.
    private static let markup: Set<UInt32> = [0x3C, 0x3E, 0x26]
    private static let apostrophe: UInt32 = 0x27
    private static let equals: UInt32 = 0x3D
    private static let plus: UInt32 = 0x2B
    private static let backtick: UInt32 = 0x60

    private static let addedEscapes: [(detail: String, set: EscapeSet)] = [
        (
            "non-ASCII characters are signed as \\uxxxx",
            EscapeSet(characters: [], isBeyondASCII: true, capitals: false)
        ),
        (
            "non-ASCII characters are signed as \\uXXXX with uppercase digits",
            EscapeSet(characters: [], isBeyondASCII: true)
        ),
        (
            "< > & are signed as \\u003c \\u003e \\u0026",
            EscapeSet(characters: markup, capitals: false)
        ),
        (
            "< > & are signed as \\u003C \\u003E \\u0026 with uppercase digits",
            EscapeSet(characters: markup)
        ),
        (
            "< > & = ' are signed as \\u003c \\u003e \\u0026 \\u003d \\u0027, as Gson writes them",
            EscapeSet(characters: markup.union([equals, apostrophe]), capitals: false)
        ),
        (
            "< > & ' are signed as \\u003C \\u003E \\u0026 \\u0027, as PHP's JSON_HEX options do",
            EscapeSet(characters: markup.union([apostrophe]))
        ),
        ("+ is signed as \\u002B", EscapeSet(characters: [plus])),
        ("+ is signed as \\u002b", EscapeSet(characters: [plus], capitals: false)),
        ("= is signed as \\u003d", EscapeSet(characters: [equals], capitals: false)),
        ("= is signed as \\u003D", EscapeSet(characters: [equals])),
        ("' is signed as \\u0027", EscapeSet(characters: [apostrophe])),
        (
            "+ < > & ' and non-ASCII characters are signed as \\uXXXX, as .NET's System.Text.Json "
                + "writes them",
            EscapeSet(
                characters: markup.union([plus, apostrophe, backtick]),
                isBeyondASCII: true
            )
        ),
    ]
}
