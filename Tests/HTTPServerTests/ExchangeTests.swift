import HTTPCore
import HTTPServer
import Sockets
import Testing

@Suite struct `Requests and answers` {
    @Test func `a request is answered, and the connection used again`() async throws {
        try await withServer { test in
            let client = try test.connect()
            for number in 1...3 {
                let answer = try client.ask(post("/\(number)", "body"))
                #expect(answer.status == 200)
                #expect(answer.body == "POST /\(number) body")
                #expect(answer.fields["date"]?.utf8.count == 29)
                #expect(answer.fields["connection"] == nil)
            }
        }
    }
}
