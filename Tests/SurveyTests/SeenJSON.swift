import FoundationEssentials
import Snap
import Text

/// What a survey comes out as, to look into.
struct SeenJSON {
    private let value: JSONValue?

    init(_ survey: some Encodable) {
        let data = try? JSONEncoder().encode(survey)
        value = try? JSONDocument([UInt8](data ?? .init())).root
    }

    private init(value: JSONValue?) { self.value = value }

    subscript(name: String) -> SeenJSON { SeenJSON(value: value?[name]) }

    var rows: [SeenJSON] { (value?.elements ?? []).map { SeenJSON(value: $0) } }

    /// The text of a string, the literal of everything else; empty when there is nothing.
    var text: String { value?.string ?? value?.literal ?? "" }
}
