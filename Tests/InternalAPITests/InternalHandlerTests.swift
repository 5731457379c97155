import APIModel
import Configuration
import Store
import Testing
import Text

@testable import InternalAPI

/// Who may do what on the internal listener, and how it is told what went wrong.
@Suite struct InternalHandlerTests {
    private static let feed = "Bearer " + InternalScene.secret("feed")

    // MARK: Tokens

    @Test(arguments: [
        ([], "none"),
        (["Bearer " + InternalScene.secret("nobody")], "another token"),
        (["Bearer " + InternalScene.secret("feed") + "x"], "a longer one"),
        ([String(feed.dropLast())], "a shorter one"),
        (["Basic " + InternalScene.secret("feed")], "another scheme"),
        ([InternalScene.secret("feed")], "no scheme"),
        (["Bearer "], "an empty one"),
        ([feed, feed], "twice"),
    ])
    func `without a known token nothing is told but that`(
        authorization: [String],
        reason: String
    ) async throws {
        try await InternalScene.with { scene in
            for target in ["/v1/transitions", "/v1/transitions?x=1", "/none", "/metrics"] {
                let reply = try await scene.send("GET", target, authorization: authorization)
                #expect(reply.status == 401, "\(reason), \(target)")
                #expect(reply.problem == "unauthorized")
                #expect(reply.has("WWW-Authenticate: Bearer realm=\"cashin-receiver\""))
                #expect(reply.has("Content-Type: application/problem+json"))
            }
        }
    }

    @Test(arguments: ["Bearer ", "bearer ", "BEARER  "])
    func `a known token is taken, in any case of the scheme`(scheme: String) async throws {
        try await InternalScene.with { scene in
            let value = scheme + InternalScene.secret("feed")
            let reply = try await scene.send("GET", "/v1/transitions", authorization: [value])
            #expect(reply.status == 200)
        }
    }

    @Test(arguments: ["/healthz", "/readyz", "/openapi.json"])
    func `what tells of the service needs no token`(target: String) async throws {
        try await InternalScene.with { scene in
            for method in ["GET", "HEAD"] {
                let reply = try await scene.send(method, target)
                #expect(reply.status == 200)
            }
        }
    }

    @Test func `each route is open to its scope and to admin, and to no other`() async throws {
        let scopes = Configuration.Scope.allCases.filter { $0 != .admin }
        try await InternalScene.with { scene in
            for route in APIRoute.all {
                guard let needed = route.scope else { continue }
                // A parameter that no route knows is looked at after the scope.
                let path = route.path.replacing("{", with: "").replacing("}", with: "")
                let target = path + "?unknown=1"
                for scope in scopes {
                    let reply = try await scene.send(route.method, target, as: scope.rawValue)
                    let name = "\(route.method) \(path) as \(scope)"
                    #expect(reply.status == (scope == needed ? 400 : 403), "\(name)")
                    #expect(
                        reply.problem == (scope == needed ? "unknown-parameter" : "forbidden"),
                        "\(name)"
                    )
                }
                let admin = try await scene.send(route.method, target, as: "admin")
                #expect(admin.problem == "unknown-parameter", "\(path)")
            }
        }
    }

    // MARK: Routes

    @Test(arguments: [
        ("GET", "/none", 404, "not-found"), ("GET", "/v1/transitions/", 404, "not-found"),
        ("GET", "/V1/transitions", 404, "not-found"), ("GET", "//", 404, "not-found"),
        ("GET", "/page/", 404, "not-found"), ("POST", "/", 405, "method-not-allowed"),
        ("POST", "/v1/transitions", 405, "method-not-allowed"),
        ("DELETE", "/admin/prune", 405, "method-not-allowed"),
        ("get", "/v1/transitions", 405, "method-not-allowed"),
        ("GET", "/v1/transitions?after=x", 400, "invalid-parameter"),
        ("GET", "/v1/transitions?after=1&after=1", 400, "invalid-parameter"),
        ("GET", "/v1/transactions/TRX-1", 404, "transaction-not-found"),
    ])
    func `what cannot be served is a problem by name`(
        method: String,
        target: String,
        status: Int,
        problem: String
    ) async throws {
        try await InternalScene.with { scene in
            let reply = try await scene.send(method, target, as: "admin")
            #expect(reply.status == status)
            #expect(reply.problem == problem)
            #expect(reply.json?["status"]?.integer == Int64(status))
            #expect(reply.json?["title"]?.string?.isEmpty == false)
            #expect(reply.json?["detail"]?.string?.isEmpty == false)
        }
    }

    @Test func `405 says what is allowed`() async throws {
        try await InternalScene.with { scene in
            let feed = try await scene.send("POST", "/v1/transitions", as: "feed")
            #expect(feed.has("Allow: GET, HEAD"))
            let prune = try await scene.send("DELETE", "/admin/prune", as: "operate")
            #expect(prune.has("Allow: POST, GET, HEAD"))
            let open = try await scene.send("POST", "/healthz")
            #expect(open.status == 405)
        }
    }

    // MARK: Room and reloads

    @Test func `waiting requests take room, and what tells of the service takes none`()
        async throws
    {
        try await InternalScene.with(["internal.limits.requestsInFlight=1"]) { scene in
            async let waiting = scene.send("GET", "/v1/transitions?wait=55", as: "feed")
            await scene.reach(waiters: 1)
            let refused = try await scene.send("GET", "/v1/transitions", as: "feed")
            #expect(refused.status == 503)
            #expect(refused.problem == "overloaded")
            #expect(refused.has("Retry-After: 1"))
            #expect(try await scene.send("GET", "/readyz").status == 200)
            #expect(try await scene.send("GET", "/metrics", as: "metrics").status == 200)

            // The stop ends the wait.
            scene.handler.drain()
            await scene.reach(waiters: 0)
            let ended = try await waiting
            #expect(ended.status == 200)
            #expect(try await scene.send("GET", "/v1/transitions", as: "feed").status == 200)
        }
    }

    @Test func `a token that a reload takes away ends its wait, and others go on`() async throws {
        try await InternalScene.with { scene in
            async let revoked = scene.send("GET", "/v1/transitions?wait=55", as: "feed")
            async let other = scene.send("GET", "/v1/transitions?wait=55", as: "admin")
            await scene.reach(waiters: 2)
            let tokens = InternalScene.tokens.filter { !$0.contains("'feed'") }
            try scene.reload(["internal.tokens=[\(tokens.joined(separator: ","))]"])
            let ended = try await revoked
            #expect(ended.problem == "unauthorized")
            await scene.reach(waiters: 1)
            #expect(try await scene.send("GET", "/v1/transitions", as: "feed").status == 401)
            scene.handler.drain()
            let last = try await other
            #expect(last.status == 200)
        }
    }

    // MARK: Readiness

    private func checks(_ scene: InternalScene) async throws -> [String] {
        let reply = try await scene.send("GET", "/readyz")
        let checks = reply.json?["checks"]?.elements ?? []
        return ["\(reply.status)"] + checks.compactMap { $0["status"]?.string }
    }

    @Test func `it is ready as long as it can commit, has keys and does not stop`() async throws {
        try await InternalScene.with { scene in
            #expect(try await checks(scene) == ["200", "ok", "ok", "ok"])
            try scene.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON meta BEGIN SELECT json('broken'); END"
            )
            // A failed commit counts more than the kept result of the probe.
            await #expect(throws: StoreError.self) { try await scene.store.probe() }
            let failure = try #require(scene.store.commitFailure)
            #expect(try await checks(scene) == ["503", "not writable: \(failure)", "ok", "ok"])
            #expect(try await scene.send("GET", "/healthz").status == 200, "alive all the same")
            try scene.execute("DROP TRIGGER broken")
            try await scene.store.probe()
            #expect(try await checks(scene) == ["200", "ok", "ok", "ok"])
            scene.handler.drain()
            #expect(try await checks(scene) == ["503", "ok", "ok", "stopping"])
        }
    }

    @Test func `it is not ready without a key of the gateway`() async throws {
        try await InternalScene.with(["cashIn.publicKeyFiles=[]"]) { scene in
            let checks = try await checks(scene)
            #expect(checks == ["503", "ok", "none loaded", "ok"])
        }
    }
}
