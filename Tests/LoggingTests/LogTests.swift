import Text
import Synchronization
import Testing

@testable import Logging

/// Keeps what a log writes.
final class LogRecorder: Sendable {
    private let texts = Mutex<[String]>([])

    /// One element for each write.
    var writes: [String] { texts.withLock { $0 } }

    var output: Log.Output {
        { bytes in
            self.texts.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            return true
        }
    }
}

struct LogTests {
    private static func line(
        _ format: LogFormat = .text,
        isForJournal: Bool = true,
        milliseconds: Int64 = 0,
        level: LogLevel = .info,
        _ fields: (inout LogLine) -> Void = { _ in }
    ) -> String {
        var line = LogLine(
            level,
            "request",
            format: format,
            isForJournal: isForJournal,
            milliseconds: milliseconds
        )
        fields(&line)
        return String(decoding: line.finished(), as: UTF8.self)
    }

    @Test func `a line begins with time and level`() {
        // 2026-11-22T03:00:00.123Z
        let milliseconds: Int64 = 1_795_316_400_123
        #expect(
            Self.line(isForJournal: false, milliseconds: milliseconds)
                == "time=2026-11-22T10:00:00.123+07:00 level=info message=request\n"
        )
        #expect(
            Self.line(.json, isForJournal: false, milliseconds: milliseconds)
                == "{\"time\":\"2026-11-22T10:00:00.123+07:00\",\"level\":\"info\","
                + "\"message\":\"request\"}\n"
        )
    }

    @Test(arguments: zip(LogLevel.allCases, ["<7>", "<6>", "<4>", "<3>"] as [String]))
    func `under the journal a line carries its priority`(_ level: LogLevel, _ priority: String) {
        #expect(Self.line(level: level) == "\(priority)level=\(level) message=request\n")
        #expect(
            Self.line(.json, level: level).hasPrefix(
                "\(priority){\"time\":\"1970-01-01T07:00:00.000"
            )
        )
    }

    @Test(arguments: [
        ("plain/path?x:y", "plain/path?x:y", "no quotes where none are needed"),
        ("", "\"\"", "an empty value is seen"),
        ("two words", "\"two words\"", "a blank"),
        ("a=b", "\"a=b\"", "what would look like another field"),
        ("a\"b", "\"a\\\"b\"", "a quote"),
        ("a\\n", "\"a\\\\n\"", "a backslash"),
        ("a\nlevel=error", "\"a\\nlevel=error\"", "a forged line"),
        ("a\r\t\u{0}\u{1B}[31m", "\"a\\r\\t\\u0000\\u001b[31m\"", "terminal controls"),
        ("\u{7F}\u{85}\u{2028}\u{202E}", "\"\\u007f\\u0085\\u2028\\u202e\"", "invisible ones"),
        ("Ünïcode", "\"Ünïcode\"", "letters stay letters"),
        ("\u{E0001}", "\"\\udb40\\udc01\"", "beyond the first plane"),
    ])
    func `no value breaks its line`(_ value: String, _ written: String, _ reason: String) {
        let text = Self.line { $0.add("value", value) }
        #expect(text == "<6>level=info message=request value=\(written)\n", "\(reason)")
        let json = Self.line(.json) { $0.add("value", value) }
        let quoted = written.hasPrefix("\"") ? written : "\"\(written)\""
        #expect(json.hasSuffix(",\"value\":\(quoted)}\n"), "\(reason)")
    }

    @Test func `every byte a peer can send leaves one line`() {
        for byte in UInt8.min...UInt8.max {
            for format in LogFormat.allCases {
                let line = Self.line(format) { $0.add("value", bytes: [0x41, byte, 0x42]) }
                #expect(
                    line.unicodeScalars.dropLast().allSatisfy { $0.isPrintable },
                    "byte \(byte)"
                )
                #expect(line.hasSuffix("\n"), "byte \(byte)")
                #expect(line.utf8.count { $0 == 0x0A } == 1, "byte \(byte)")
            }
        }
    }

    @Test(arguments: [(1023, false), (1024, false), (1025, true), (9000, true)])
    func `a long value is cut`(_ count: Int, _ isCut: Bool) {
        let line = Self.line { $0.add("value", String(repeating: "a", count: count)) }
        let value = String(repeating: "a", count: min(count, 1024))
        let written = isCut ? "\"\(value)...\"" : value
        #expect(line == "<6>level=info message=request value=\(written)\n")
    }

    @Test func `numbers and truths are written plainly`() {
        let line = Self.line { line in
            line.add("a", 0)
            line.add("b", Int.min)
            line.add("c", UInt64.max)
            line.add("d", true)
            line.add("e", milliseconds: 1_002_003_004)
            line.add("f", milliseconds: 999)
            line.add("g", describing: LogLevel.info.rawValue)
        }
        #expect(
            line == "<6>level=info message=request a=0 b=-9223372036854775808 "
                + "c=18446744073709551615 d=true e=1002.003 f=0.000 g=info\n"
        )
        #expect(Self.line(.json) { $0.add("a", -5) }.hasSuffix(",\"a\":-5}\n"))
    }

    @Test func `a level that is off costs no fields`() {
        let recorder = LogRecorder()
        let log = Log(level: .warning, isForJournal: true, output: recorder.output)
        log.info("unseen") { _ in Issue.record("the fields of an unseen line were asked for") }
        log.warning("seen")
        log.flush()
        #expect(recorder.writes == ["<4>level=warning message=seen\n"])
    }

    @Test func `level and format change for every copy`() {
        let recorder = LogRecorder()
        let log = Log(level: .error, isForJournal: true, output: recorder.output)
        let copy = log
        log.apply(level: .debug, format: .json)
        copy.debug("seen")
        log.flush()
        #expect(recorder.writes.count == 1)
        #expect(recorder.writes[0].hasSuffix(",\"level\":\"debug\",\"message\":\"seen\"}\n"))
    }

    @Test func `lines of many threads stay whole and in their thread's order`() async {
        let recorder = LogRecorder()
        let log = Log(isForJournal: true, output: recorder.output)
        await withTaskGroup { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in 0..<500 {
                        log.info("line") { line in
                            line.add("thread", thread)
                            line.add("number", number)
                        }
                    }
                }
            }
        }
        log.flush()
        let lines = recorder.writes.joined().split(separator: "\n")
        for thread in 0..<4 {
            let its = lines.filter { $0.contains(" thread=\(thread) ") }
            let expected = (0..<500).map {
                "<6>level=info message=line thread=\(thread) number=\($0)"
            }
            #expect(its.map { String($0) } == expected)
        }
    }

    @Test func `the journal makes itself known`() {
        #expect(Log.isUnderJournal(["JOURNAL_STREAM": "8:12345"]))
        #expect(!Log.isUnderJournal(["JOURNAL_STREAM": ""]))
        #expect(!Log.isUnderJournal([:]))
    }
}
