import Commands
import Testing

struct TableTests {
    private let columns = [
        Table.Column(title: "ID", isNumber: true), Table.Column(title: "NAME"),
        Table.Column(title: "SUM", isNumber: true), Table.Column(title: "NOTE"),
    ]

    @Test func `columns are as wide as what they hold`() {
        var table = Table(columns)
        let text = table.text([
            ["1", "a", "10000.00", "x"], ["100", "a longer name", nil, nil],
        ])
        #expect(
            text == """
                 ID  NAME                SUM  NOTE
                  1  a              10000.00  x
                100  a longer name         -  -

                """
        )
    }

    @Test func `a later portion stands under the same titles and widens its columns`() {
        var table = Table(columns)
        #expect(
            table.text([["7", "abcdef", "1", "x"]]) == "ID  NAME    SUM  NOTE\n 7  abcdef    1  x\n"
        )
        #expect(table.text([["1234", "a", "1", "x"]]) == "1234  a         1  x\n")
        #expect(table.text([["8", "a", "1", "x"]]) == "   8  a         1  x\n")
    }

    @Test func `what could break or disguise a line is escaped`() {
        var table = Table([Table.Column(title: "A"), Table.Column(title: "B")])
        let text = table.text([["\u{1B}[2J", "a\nb\u{202E}\u{9B}"]])
        #expect(text == "A          B\n\\u{1b}[2J  a\\u{a}b\\u{202e}\\u{9b}\n")
    }
}
