import Commands
import Snap
import Text

extension APISession {
    /// Writes JSON of the API as one line.
    func showJSON(_ bytes: [UInt8]) {
        let line = minified(bytes.span) ?? bytes
        let text = String(decoding: line, as: UTF8.self)
        console.output((console.isTerminal ? printableJSON(text) : text) + "\n")
    }

    /// Writes one page of a list: as JSON, or as a table, and how to go on.
    func showPage(
        _ page: JSONDocument,
        list name: String,
        empty: String,
        continuation: String = "--after",
        columns: [Table.Column],
        row: (JSONValue) -> [String?]
    ) throws(CommandProblem) {
        let items = try items(page, name)
        if isJSON { return showJSON(page.bytes) }
        if items.isEmpty { return console.output(empty + "\n") }
        var table = Table(columns)
        console.output(table.text(items.map(row)))
        if page.root["more"]?.bool == true, let next = page.root.text("next") {
            complain("there are more, go on with \(continuation) \(next)")
        }
    }

    /// The elements of a page.
    func items(_ page: JSONDocument, _ name: String) throws(CommandProblem) -> [JSONValue] {
        guard let list = page.root[name], list.kind == .array else {
            throw CommandProblem(
                .unavailable,
                "\(api.endpoint.origin) answered without \(name); "
                    + "expected the internal API of cashin-receiver"
            )
        }
        return list.elements
    }
}
