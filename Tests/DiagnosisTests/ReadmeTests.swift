import Support
import Testing

@testable import Diagnosis

struct ReadmeTests {
    @Test func `every word that a diagnosis uses stands in the README`() throws {
        let readme = try Fixture.text("../../README.md")
        let words =
            SignatureDiagnosis.Verdict.allCases.map(\.rawValue)
            + SignatureDifference.Name.allCases.map(\.rawValue)
        for word in words { #expect(readme.contains("`\(word)`"), "\(word)") }
    }
}
