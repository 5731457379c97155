// Feeds arbitrary texts to the reader of configurations and checks what must always hold:
//
// 1. Nothing crashes, and a fault has a line and a column within the text.
// 2. What is JSON is JSON5 with the same values (https://spec.json5.org section 1.1).
// 3. What is printed is read again as the same value.
// 4. A whole number is the same for JSON5 and for JSON, as far as no digit is lost in a Double.
import JSON5
import Text

@c(LLVMFuzzerTestOneInput)
func fuzzJSON5(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let text = String(validating: bytes, as: UTF8.self) else { return 0 }
    let document = try? JSONDocument(bytes)
    do throws(JSON5SyntaxError) {
        let value = try JSON5Parser.parse(text)
        if let document { precondition(isSame(value, document.root)) }
        let printed = JSON5Printer(comments: [:]).text(value)
        let again = try? JSON5Parser.parse(printed)
        precondition(again == value, "what was printed is another value")
    } catch {
        precondition(document == nil, "JSON was refused")
        precondition(error.line >= 1 && error.line <= bytes.count + 1)
        precondition(error.column >= 1 && error.column <= bytes.count + 1)
        precondition(!error.text.isEmpty)
    }
    return 0
}

/// Up to here a Double represents every whole number.
private let exactlyDouble: UInt64 = 1 << 53

private func isSame(_ value: JSON5Value, _ json: JSONValue) -> Bool {
    switch value {
    case .null: return json.kind == .null
    case .boolean(let value): return json.bool == value
    case .number(let literal):
        if let whole = json.wholeNumber, whole.magnitude <= exactlyDouble {
            precondition(value.integer.map(Int64.init) == whole)
        }
        return json.kind == .number && json.literal == literal
    case .string(let text): return json.string == text
    case .array(let elements):
        return json.kind == .array && elements.count == json.elements.count
            && zip(elements, json.elements).allSatisfy(isSame)
    case .object(let members):
        return json.kind == .object && members.count == json.members.count
            && zip(members, json.members).allSatisfy {
                $0.name == $1.name && isSame($0.value, $1.value)
            }
    }
}
