import Testing

struct LinkRuleTests {
    /// The lines with a link that leads nowhere, in a page of `deploy`.
    private func lines(_ text: String) -> [Int] {
        let page = Article(path: "deploy/A.md", text: "# The `page`: it's here\n" + text)
        let other = Article(path: "README.md", text: "## Two words\n")
        let files: Set<String> = ["deploy/A.md", "README.md", "deploy/b.conf", "deploy"]
        return LinkRules([page, other]) { files.contains($0) }.findings(in: page).map(\.line)
    }

    @Test(arguments: [
        "[a](b.conf)", "[a](../README.md)", "[a](../README.md#two-words)",
        "[a](#the-page-its-here)",
        "[a](https://example.com/x)", "[`a`](b.conf) and [c](../deploy)", "`[a](c)`",
        "```\n[a](c)\n```", "no [link]",
    ])
    func `a link to what is there passes`(text: String) {
        #expect(lines(text) == [])
    }

    @Test(arguments: [
        "[a](c.conf)", "[a](README.md)", "[a](../README.md#other)", "[a](#two-words)",
        "[a](b.conf) [c](d)", "[a](http://example.com)", "[a](b.conf#x)", "[a](/README.md/../x)",
    ])
    func `a link that leads nowhere is found`(text: String) {
        #expect(lines(text) == [2])
    }
}
