import Commands
import HTTPCore
import Testing

@testable import Shell

/// `consumers`, and what moves and removes one.
struct ConsumerCommandTests {
    private static let consumer = """
        {"name":"orders","position":17,"head":20,"lag":3,"feed":"f",
        "updatedAt":"2026-11-22T10:03:11.000+07:00","updatedBy":"orders"}
        """

    @Test func `a command line becomes one request`() async throws {
        let requests = [
            (["consumers", "--after", "a", "--limit", "5"], "GET /v1/consumers?after=a&limit=5"),
            (["consumers", "show", "orders"], "GET /v1/consumers/orders"),
            (
                ["consumers", "move", "orders", "--to", "17", "--expected", "3", "--rewind"],
                #"PUT /v1/consumers/orders {"position":17,"expected":3,"rewind":true}"#
            ),
            (
                ["consumers", "move", "orders", "--to", "beginning"],
                #"PUT /v1/consumers/orders {"position":0}"#
            ),
            (
                ["consumers", "move", "orders", "--to", "2026-11-22"],
                #"PUT /v1/consumers/orders {"recordedFrom":"2026-11-22"}"#
            ),
            (["consumers", "delete", "orders"], "DELETE /v1/consumers/orders"),
        ]
        let page = Response.json(#"{"consumers":[],"more":false,"next":""}"#)
        let answers: [Response] =
            [page] + Array(repeating: .json(Self.consumer), count: 4) + [Response(.noContent)]
        try await ShellScene.with(answers) { scene in
            for (arguments, _) in requests {
                let (code, _, error) = await scene.run(arguments)
                #expect((code, error) == (.success, ""), "\(arguments)")
            }
            #expect(scene.standIn.requests == requests.map(\.1))
        }
    }

    @Test func `the latest offset names the feed that it belongs to`() async throws {
        let page = Response.json(
            #"{"feed":"f","head":20,"more":false,"next":20,"transitions":[]}"#
        )
        try await ShellScene.with([page, .json(Self.consumer)]) { scene in
            let arguments = ["consumers", "move", "orders", "--to", "latest"]
            let (code, _, error) = await scene.run(arguments)
            #expect((code, error) == (.success, ""))
            #expect(
                scene.standIn.requests == [
                    "GET /v1/transitions?after=latest",
                    #"PUT /v1/consumers/orders {"position":20,"feed":"f"}"#,
                ]
            )
        }
    }

    @Test func `consumers are a table, and one is a list of facts`() async throws {
        let other = Self.consumer.replacing("\"lag\":3", with: "\"lag\":null")
        let page = Response.json(
            #"{"consumers":[\#(Self.consumer),\#(other)],"more":true,"next":"orders"}"#
        )
        try await ShellScene.with([page, .json(other), Response(.noContent)]) { scene in
            let list = await scene.run(["consumers"])
            #expect(
                list.output == """
                    NAME    OFFSET         LAG  UPDATED                        BY
                    orders      17           3  2026-11-22T10:03:11.000+07:00  orders
                    orders      17  other feed  2026-11-22T10:03:11.000+07:00  orders

                    """
            )
            #expect(list.error.hasSuffix("continue with --after orders\n"))
            let one = await scene.run(["consumers", "show", "orders"])
            #expect(
                one.output == """
                    Name     orders
                    Offset   17
                    Lag      other feed
                    Feed     f
                    Updated  2026-11-22T10:03:11.000+07:00
                    By       orders

                    """
            )
            #expect(await scene.run(["consumers", "delete", "o"]).output == "Removed: o\n")
        }
    }

    @Test func `a refusal names the field`() async throws {
        let refusal = Response.problem(409, "position-conflict", members: #","field":"position""#)
        try await ShellScene.with([refusal, refusal]) { scene in
            for arguments in [["move", "orders", "--to", "1"], ["delete", "orders"]] {
                let (code, output, error) = await scene.run(["consumers"] + arguments)
                #expect((code, output) == (.badData, ""))
                let command = "cashin-receiver consumers \(arguments[0])"
                #expect(error == "\(command): Title: Detail. (field position)\n")
            }
        }
    }

    @Test(arguments: [
        (["move", "orders"], "--to OFFSET is missing"),
        (["move", "--to", "1"], "NAME is missing"),
        (
            ["move", "orders", "--to", "1", "--expected", "x"],
            #"--expected "x": expected a whole number from 0 on"#
        ),
    ])
    func `a wrong option is explained`(_ arguments: [String], _ text: String) async {
        let (code, _, error) = await ShellScene.run(["consumers"] + arguments)
        #expect(code == .usage)
        #expect(error.hasPrefix("cashin-receiver consumers \(arguments[0]): \(text)\n"))
    }
}
