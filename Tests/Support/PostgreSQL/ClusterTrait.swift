package import Testing

/// Gives the tests of a suite one server, and stops it after the last of them.
///
/// A static property would keep it running when the tests have ended.
package struct ClusterTrait: SuiteTrait, TestScoping {
    @TaskLocal package static var cluster: PostgreSQLCluster?

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let cluster = try PostgreSQLCluster()
        // Tasks that a test leaves behind have a reference of their own.
        defer { try? cluster.stop("immediate") }
        try await Self.$cluster.withValue(cluster) { try await function() }
    }
}

extension Trait where Self == ClusterTrait {
    /// For suites whose tests share a server.
    package static var cluster: Self { Self() }
}
