import Snap

extension BodyRewriting {
    /// White space between and inside values.
    static let layouts: [BodyRewriting] =
        [
            BodyRewriting(
                .layout,
                .bodyForm,
                "the body is hashed without white space outside strings (minified)"
            ) { Snap.minified($0.span) },
            BodyRewriting(
                .layout,
                .whitespaceFree,
                "all white space is removed before the body is hashed, inside strings too"
            ) { $0.filter { !isBlank($0) } },
            BodyRewriting(
                .layout,
                .lineBreaks,
                "CR, LF and tabs are removed before the body is hashed, and spaces are not"
            ) { $0.filter { !isBlank($0) || $0 == 0x20 } },
            BodyRewriting(
                .layout,
                .blankRuns,
                "runs of white space are signed as one space"
            ) { collapsed($0) },
            BodyRewriting(.layout, .layout, "the body is signed with \", \" and \": \"") {
                JSONLayout(comma: ", ", colon: ": ").text(of: $0)
            },
            BodyRewriting(.layout, .layout, "the body is signed with a space after each comma") {
                JSONLayout(comma: ", ").text(of: $0)
            },
            BodyRewriting(.layout, .layout, "the body is signed with a space after each colon") {
                JSONLayout(colon: ": ").text(of: $0)
            },
        ]
        + [("  ", "two spaces"), ("    ", "four spaces"), ("\t", "a tab")].map { indent, name in
            BodyRewriting(.layout, .layout, "the body is signed indented by \(name)") {
                JSONLayout(indent: indent, colon: ": ").text(of: $0)
            }
        } + [
            BodyRewriting(.layout, .layout, "the body is signed indented as Jackson does it") {
                JSONLayout(indent: "  ", colon: " : ", isArrayInline: true).text(of: $0)
            }
        ]

    /// Other line ends.
    static let lineEnds: [BodyRewriting] = [
        BodyRewriting(.lineEnds, .lineEnds, "the body is signed with LF line ends, not CR LF") {
            lineFeeds($0)
        },
        BodyRewriting(.lineEnds, .lineEnds, "the body is signed with CR LF line ends") {
            lineFeeds($0).replacing(all: [0x0A], with: [0x0D, 0x0A])
        },
    ]

    /// A line end at the end, and a byte order mark at the start.
    static let ends: [BodyRewriting] =
        [([0x0D, 0x0A], "CR LF"), ([0x0A], "LF")].flatMap {
            (end: [UInt8], name: String) -> [BodyRewriting] in
            [
                BodyRewriting(
                    .end,
                    .bodyEnd,
                    "the body is signed without the \(name) at its end"
                ) { $0.suffix(end.count).elementsEqual(end) ? $0.dropLast(end.count) : nil },
                BodyRewriting(.end, .bodyEnd, "the body is signed with \(name) at its end") {
                    $0 + end
                },
            ]
        } + [
            BodyRewriting(
                .end,
                .byteOrderMark,
                "the body is signed without its byte order mark"
            ) { $0.starts(with: byteOrderMark) ? Array($0.dropFirst(3)) : nil },
            BodyRewriting(.end, .byteOrderMark, "the body is signed with a byte order mark") {
                $0.starts(with: byteOrderMark) ? nil : byteOrderMark + $0
            },
        ]

    /// U+FEFF in UTF-8.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Space, tab, LF or CR.
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The body with LF for each CR LF.
    private static func lineFeeds(_ body: [UInt8]) -> [UInt8] {
        body.replacing(all: [0x0D, 0x0A], with: [0x0A])
    }

    /// The body with one space for each run of white space.
    private static func collapsed(_ body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(body.count)
        var isInRun = false
        for byte in body {
            if !isBlank(byte) {
                output.append(byte)
            } else if !isInRun {
                output.append(0x20)
            }
            isInRun = isBlank(byte)
        }
        return output
    }
}

extension [UInt8] {
    /// The bytes with `new` for each `old`, in one pass.
    ///
    /// - Parameter old: must not be empty.
    func replacing(all old: [UInt8], with new: [UInt8]) -> [UInt8] {
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
