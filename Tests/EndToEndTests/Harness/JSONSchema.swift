/// A small JSON Schema checker (2020-12): the keywords that the document of the API uses.
///
/// Stricter than the standard in two ways: a keyword that it does not understand is a finding, and
/// so is a member that no schema describes, where any are described.
struct JSONSchema {
    /// What references point into.
    let document: JSON

    /// What is wrong with `value`; nothing when it is as `schema` says.
    func findings(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
        let names = describedNames(schema)
        let strangers = names.isEmpty ? [] : value.names.subtracting(names).sorted()
        return check(value, schema, place) + strangers.map { "\(place).\($0) is not described" }
    }

    /// Follows a reference, if the value is one.
    func resolved(_ value: JSON) -> JSON {
        guard let reference = value["$ref"].text else { return value }
        return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
    }

    /// The members that a schema or those it is combined of describe.
    private func describedNames(_ schema: JSON) -> Set<String> {
        let schema = resolved(schema)
        let parts = ["allOf", "oneOf", "anyOf"].flatMap { schema[$0].items }
        return parts.reduce(schema["properties"].names) { $0.union(describedNames($1)) }
    }

    private func check(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        guard !schema.names.isEmpty else { return ["\(place): no schema"] }
        return schema.names.sorted().flatMap { keyword in
            check(value, keyword, schema[keyword], schema, place)
        }
    }

    private func check(
        _ value: JSON,
        _ keyword: String,
        _ argument: JSON,
        _ schema: JSON,
        _ place: String
    ) -> [String] {
        switch keyword {
        case "description", "examples", "format", "x-enum-varnames": return []
        case "$ref": return check(value, resolved(schema), place)
        case "allOf": return argument.items.flatMap { check(value, $0, place) }
        case "anyOf", "oneOf":
            let count = argument.items.count { check(value, $0, place).isEmpty }
            let isRight = keyword == "anyOf" ? count > 0 : count == 1
            return isRight ? [] : ["\(place): \(count) of \(keyword) hold"]
        case "not": return check(value, argument, place).isEmpty ? ["\(place): not"] : []
        case "type":
            let types = argument.text.map { [$0] } ?? argument.items.compactMap(\.text)
            return types.contains { value.isOf(type: $0) } ? [] : ["\(place) is no \(types)"]
        case "enum": return argument.items.contains(value) ? [] : ["\(place) is none of the words"]
        case "const": return argument == value ? [] : ["\(place) is not \(argument)"]
        default: return checkParts(value, keyword, argument, place)
        }
    }

    private func checkParts(
        _ value: JSON,
        _ keyword: String,
        _ argument: JSON,
        _ place: String
    ) -> [String] {
        switch (keyword, value) {
        case ("properties", _):
            return argument.names.intersection(value.names).sorted().flatMap {
                findings(value[$0], argument[$0], at: "\(place).\($0)")
            }
        case ("required", .object):
            let missing = argument.items.compactMap(\.text).filter { !value.names.contains($0) }
            return missing.map { "\(place).\($0) is missing" }
        case ("additionalProperties", _):
            // Strangers are found anyway.
            return argument == .bool(false) ? [] : ["\(place): \(keyword) is not understood"]
        case ("items", _):
            return value.items.enumerated().flatMap { index, item in
                findings(item, argument, at: "\(place)[\(index)]")
            }
        default: return checkSize(value, keyword, argument, place)
        }
    }

    private func checkSize(
        _ value: JSON,
        _ keyword: String,
        _ argument: JSON,
        _ place: String
    ) -> [String] {
        let isRight: Bool
        switch (keyword, value, argument) {
        case ("minimum", .number(let number), .number(let bound)): isRight = number >= bound
        case ("maximum", .number(let number), .number(let bound)): isRight = number <= bound
        case ("minLength", .string(let text), .number(let bound)):
            isRight = text.unicodeScalars.count >= Int(bound)
        case ("maxLength", .string(let text), .number(let bound)):
            isRight = text.unicodeScalars.count <= Int(bound)
        case ("minItems", .array(let items), .number(let bound)):
            isRight = items.count >= Int(bound)
        case ("maxItems", .array(let items), .number(let bound)):
            isRight = items.count <= Int(bound)
        case ("pattern", .string(let text), .string(let pattern)):
            guard let regex = try? Regex(pattern) else { return ["\(place): bad pattern"] }
            isRight = text.firstMatch(of: regex) != nil
        case ("minimum", _, _), ("maximum", _, _), ("minLength", _, _), ("maxLength", _, _),
            ("minItems", _, _), ("maxItems", _, _), ("pattern", _, _), ("required", _, _):
            isRight = true
        default: return ["\(place): \(keyword) is not understood"]
        }
        return isRight ? [] : ["\(place): \(keyword) does not hold"]
    }
}

extension JSON {
    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string),
            ("array", .array), ("object", .object):
            true
        case ("integer", .number(let number)): number.rounded() == number
        default: false
        }
    }
}
