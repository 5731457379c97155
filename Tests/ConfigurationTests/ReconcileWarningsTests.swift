import Support
import Testing

@testable import Configuration

/// What check-config says of payments that no query follows.
struct ReconcileWarningsTests {
    @Test(
        arguments: [
            ([], []),
            (
                ["reconcile.enabled=false"],
                [
                    "reconcile.enabled: is false: if no callback arrives, a payment stays open and "
                        + "on the attention list until an operator resolves it; callbacks that "
                        + "notify.confirmWithQuery holds back are not applied; expected true"
                ]
            ),
            (
                ["reconcile.enabled=false", "notify.confirmWithQuery=never"],
                [
                    "reconcile.enabled: is false: if no callback arrives, a payment stays open and "
                        + "on the attention list until an operator resolves it; expected true"
                ]
            ),
            (
                ["reconcile.scheduleSeconds=[]"],
                [
                    "reconcile.scheduleSeconds: is empty: if no callback arrives, a payment stays "
                        + "open and on the attention list until an operator resolves it; "
                        + "expected offsets such as [0, 60, 300]"
                ]
            ),
            (["reconcile.scheduleSeconds=[0]"], []),
            (
                // Receive-only sends no query whatever the schedule is.
                [
                    "cashIn.privateKeyFile=null", "notify.confirmWithQuery=never",
                    "reconcile.enabled=false", "reconcile.scheduleSeconds=[]",
                ], []
            ),
        ] as [([String], [String])]
    )
    func `a schedule that asks nothing is warned of`(_ set: [String], expected: [String]) throws {
        let found = try ConfigurationFixture().warnings(set).filter { $0.contains("reconcile.") }
        #expect(found.count == expected.count, "\(found)")
        for (text, expected) in zip(found, expected) { #expect(text.hasSuffix(expected)) }
    }
}
