import Testing

@testable import Overview

struct GatewayEnvironmentTests {
    @Test(arguments: [
        (nil, GatewayEnvironment.none), ("sandbox-api.cashin.co.id", .sandbox),
        ("API.SANDBOX.example", .sandbox), ("api.cashin.co.id", .production),
        ("127.0.0.1", .local), ("127.8.0.1", .local), ("::1", .local), ("LOCALHOST", .local),
        ("localhost.example", .production), ("203.0.113.7", .production),
    ])
    func `a host tells the environment`(host: String?, environment: GatewayEnvironment) {
        #expect(GatewayEnvironment(host: host) == environment)
    }
}
