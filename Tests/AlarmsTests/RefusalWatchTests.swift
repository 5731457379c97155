import Testing

@testable import Alarms

/// When `callbacks-refused` is raised, counted again and closed.
struct RefusalWatchTests {
    private static let start: Int64 = 1_800_000_000_000

    private func news(
        _ count: Int,
        at seconds: Int64 = 0,
        response: String = "4015600 Unauthorized. [Signature]",
        isAuthentic: Bool = false,
        afterAccepted: Bool = false
    ) -> RefusalTally.News {
        var news = RefusalTally.News()
        news.hasAccepted = afterAccepted
        news.refusals = (0..<count).map { _ in
            RefusalTally.Refusal(
                atMilliseconds: Self.start + seconds * 1_000,
                response: response,
                isAuthentic: isAuthentic
            )
        }
        return news
    }

    private func watch(isOpen: Bool = false) -> RefusalWatch {
        RefusalWatch(isOpen: isOpen, atMilliseconds: Self.start)
    }

    private func time(_ seconds: Int64) -> Int64 { Self.start + seconds * 1_000 }

    private let accepted: RefusalTally.News = {
        var news = RefusalTally.News()
        news.hasAccepted = true
        return news
    }()

    @Test func `three within ten minutes raise it, with the commonest response`() {
        var watch = watch()
        #expect(watch.step(news(2), atMilliseconds: time(0)) == nil)
        let change = watch.step(
            news(1, at: 599, response: "4045600 Not Found"),
            atMilliseconds: time(599)
        )
        #expect(
            change
                == .raise(
                    detail: "3 callbacks were refused, most with 4015600 Unauthorized. [Signature]"
                )
        )
    }

    @Test func `three in more than ten minutes do not`() {
        var watch = watch()
        #expect(watch.step(news(2), atMilliseconds: time(0)) == nil)
        #expect(watch.step(news(1, at: 601), atMilliseconds: time(601)) == nil)
        #expect(!watch.isOpen)
    }

    @Test func `an accepted one between them starts the count again`() {
        var watch = watch()
        #expect(watch.step(news(2), atMilliseconds: time(0)) == nil)
        #expect(watch.step(accepted, atMilliseconds: time(1)) == nil)
        #expect(watch.step(news(2, at: 2), atMilliseconds: time(2)) == nil)
        #expect(watch.step(news(1, at: 3), atMilliseconds: time(3)) != nil)
    }

    @Test func `one authentic callback raises it`() {
        var watch = watch()
        let news = news(1, response: "4035601 Feature Not Allowed", isAuthentic: true)
        #expect(
            watch.step(news, atMilliseconds: time(0))
                == .raise(
                    detail: "1 callback was refused, most with 4035601 Feature Not Allowed; the "
                        + "signature of 1 verified"
                )
        )
    }

    @Test func `an open entry is counted again once a minute`() {
        var watch = watch()
        #expect(watch.step(news(3), atMilliseconds: time(0)) != nil)
        #expect(watch.step(news(5, at: 30), atMilliseconds: time(30)) == nil)
        #expect(watch.step(news(0), atMilliseconds: time(60)) != nil, "those of before count")
        #expect(watch.step(news(0), atMilliseconds: time(180)) == nil, "nothing new")
    }

    @Test func `an accepted callback closes it, and ten minutes pass before the next`() {
        var watch = watch()
        #expect(watch.step(news(3), atMilliseconds: time(0)) != nil)
        let change = watch.step(accepted, atMilliseconds: time(10))
        #expect(change == .close(note: "a callback was accepted"))
        #expect(watch.step(news(9, at: 20), atMilliseconds: time(20)) == nil)
        #expect(watch.step(news(9, at: 601), atMilliseconds: time(601)) != nil)
    }

    @Test func `refused ones after the accepted one keep it open`() {
        var watch = watch()
        #expect(watch.step(news(3), atMilliseconds: time(0)) != nil)
        let later = news(3, at: 700, afterAccepted: true)
        #expect(watch.step(later, atMilliseconds: time(700)) != nil)
        #expect(watch.isOpen)
    }

    @Test func `a day of silence closes it, also one of an earlier run`() {
        var watch = watch(isOpen: true)
        #expect(watch.step(news(0), atMilliseconds: time(86_399)) == nil)
        #expect(
            watch.step(news(0), atMilliseconds: time(86_400))
                == .close(note: "no callback was refused for a day")
        )
        #expect(watch.step(news(0), atMilliseconds: time(86_401)) == nil)
    }

    @Test func `an accepted callback closes one of an earlier run`() {
        var watch = watch(isOpen: true)
        let change = watch.step(accepted, atMilliseconds: time(1))
        #expect(change == .close(note: "a callback was accepted"))
    }

    @Test func `the tally holds a bounded number, and forgets them when one is accepted`() {
        let tally = RefusalTally()
        let refusal = news(1).refusals[0]
        for _ in 0..<RefusalTally.countMax + 5 { tally.add(refusal) }
        let full = tally.collect(awaitsAccepted: false)
        #expect(full.refusals.count == RefusalTally.countMax)
        #expect(full.omitted == 5)
        // Those that were collected may have raised the entry, which the next accepted one closes.
        tally.recordAccepted()
        #expect(tally.collect(awaitsAccepted: false) == accepted)
        tally.recordAccepted()
        #expect(tally.collect(awaitsAccepted: true) == RefusalTally.News())
        tally.recordAccepted()
        #expect(tally.collect(awaitsAccepted: false) == accepted)
        tally.add(refusal)
        tally.recordAccepted()
        #expect(tally.collect(awaitsAccepted: false) == accepted)
    }
}
