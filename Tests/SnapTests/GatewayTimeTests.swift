import Payments
import Snap
import Testing

struct GatewayTimeTests {
    @Test(
        arguments: [
            ("2024-11-04T10:00:00+07:00", 1_730_689_200_000),
            ("2024-11-04T03:00:00.500Z", 1_730_689_200_500),
            ("1730689200000", 1_730_689_200_000), ("1.7306892E12", 1_730_689_200_000),
            ("1730689200", nil), ("2024-11-04", nil), ("yesterday", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func `the words are kept, and the instant is read where it can be`(
        text: String,
        milliseconds: Int64?
    ) {
        #expect(GatewayTime(text) == GatewayTime(text: text, milliseconds: milliseconds))
    }
}
