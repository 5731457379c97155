import APIModel
import HTTPCore
import Payments
import Store
import Support
import Testing

@testable import InternalAPI

/// Where a request begins in the feed, and how often the database is read to know it.
@Suite struct FeedPositionTests {
    private let feed: SmallFeed

    init() async throws {
        feed = try await SmallFeed()
        try await feed.add([.success, .success, .success])
    }

    private func beginning(
        _ query: String,
        isPageChecked: Bool = true
    ) async throws -> FeedOffset.Beginning {
        var request = try APIRequest(try requestHead("GET /v1/transitions\(query) HTTP/1.1"))
        try request.readQuery()
        return try await FeedOffset.start(
            request,
            feed.store,
            isPageChecked: isPageChecked
        )
    }

    @Test(arguments: [
        ("", 0, 0), ("?after=latest", 3, 0), ("?after=3", 3, 0), ("?after=1", 1, 0),
        ("?recordedFrom=1970-01-01T00:00:00Z", 0, 1),
    ])
    func `a list reads its position from the database once at most`(
        query: String,
        position: Int64,
        reads: Int
    ) async throws {
        feed.store.window.forget(below: 4)
        let beginning = try await beginning(query)
        #expect(beginning.query.after == position)
        #expect(feed.store.reader.feedReadCount == reads)
    }

    @Test func `a position beyond the head is refused before a wait`() async throws {
        for isPageChecked in [true, false] {
            await #expect(throws: Problem.self) {
                try await beginning("?after=4", isPageChecked: isPageChecked)
            }
        }
    }

    @Test func `the first page says that its position is no longer kept`() async throws {
        let beginning = try await beginning("?after=1")
        var page = try await feed.store.feed(beginning.query, limit: 10)
        page.oldest = 2
        try beginning.check(page, after: 1)
        page.oldest = 3
        #expect(throws: Problem.self) { try beginning.check(page, after: 1) }
    }
}
