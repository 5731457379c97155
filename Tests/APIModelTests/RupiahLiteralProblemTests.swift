import Testing

@testable import APIModel

struct RupiahLiteralProblemTests {
    @Test func `the error about an ambiguous amount names both its readings`() {
        #expect(
            RupiahLiteralProblem("15.000")?.description
                == "15.000 may mean 15000 in Indonesia, where a point separates thousands; "
                + "write 15000 or 15000.00 (or 15.00)"
        )
    }

    @Test(arguments: ["10000.000", "10000.0000", "0.000", "015.000", "1.2345"])
    func `more than two decimals are refused`(_ literal: String) {
        #expect(RupiahLiteralProblem(literal) == .decimals)
    }

    /// Good amounts, and what is wrong in other ways.
    @Test(arguments: [
        "15000", "15000.00", "15.00", "15.0", "0", "1.23456E7", "15.000E3", "", "x", "a.bcd",
        "1.000.000", "-15.000", "15,000", "10000.50",
    ])
    func `every other literal is left to the parser`(_ literal: String) {
        #expect(RupiahLiteralProblem(literal) == nil)
    }
}
