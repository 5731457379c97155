import Testing

/// What the log says is explained, and what is explained is said.
struct LogRuleTests {
    @Test func `lines are found by their level and their message`() {
        let file = SourceFile(
            path: "Sources/A/B.swift",
            text: """
                log.warning("one") { $0.add("a", 1) }
                log?.error(
                    "two"
                )
                self.error("three", write)
                log.info("four")
                text += line(.warning, "five") { }
                log.write(isKnown ? .debug : .error, "six", write)
                throw cursor.error("seven")
                """
        )
        let expected: [(String, String)] = [
            ("one", "warning"), ("two", "error"), ("three", "error"), ("five", "warning"),
            ("six", "error"),
        ]
        let lines = expected.map { LogRules.Line(message: $0.0, level: $0.1) }
        #expect(LogRules.lines(in: file) == Set(lines))
    }

    @Test func `every warning and error has a row in the article Logs, and every row is logged`()
        throws
    {
        let sources = try Repository.swiftFiles(in: "Sources").filter {
            $0.module != "Simulator"
        }
        let logged = sources.reduce(into: Set<LogRules.Line>()) {
            $0.formUnion(LogRules.lines(in: $1))
        }
        #expect(logged.count > 20)
        let article = try #require(Repository.articles().first { $0.name == "Logs" })
        let explained = LogRules.rows(of: article)
        for line in logged.subtracting(explained) {
            Issue.record("the article Logs lacks: \(line.level) \(line.message)")
        }
        // Its level depends on the status of the response.
        let computed = LogRules.Line(message: "api request", level: "error")
        for line in explained.subtracting(logged) where line != computed {
            Issue.record("the article Logs explains what is not logged: \(line.message)")
        }
    }
}
