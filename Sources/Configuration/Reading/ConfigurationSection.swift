import Commands
package import JSON5

/// Reads one object of a configuration, key by key.
///
/// Each read names its key and default. Keys in the file that no read has named are reported as
/// unknown. A read that finds an invalid value reports it and returns the default.
package final class ConfigurationSection {
    let reader: ConfigurationReader
    private let path: String
    private let members: [JSON5Member]
    /// Whether the value is not an object; then missing keys are not reported in addition.
    let isBroken: Bool
    private var readKeys: [String] = []
    /// The effective values, in the order of reading.
    private(set) var effective: [JSON5Member] = []

    private init(
        reader: ConfigurationReader,
        path: String,
        value: JSON5Value?,
        isOuterBroken: Bool = false
    ) {
        self.reader = reader
        self.path = path
        switch value {
        case .object(let members):
            self.members = members
            isBroken = false
        case nil:
            members = []
            isBroken = isOuterBroken
        case .some(let other):
            members = []
            isBroken = true
            reader.report(path, "is \(other.kind), expected an object")
        }
    }

    /// Reads a complete configuration; returns it with the effective values.
    package static func read<Value>(
        _ root: JSON5Value,
        by reader: ConfigurationReader,
        _ read: (ConfigurationSection) -> Value
    ) -> (value: Value, effective: JSON5Value) {
        let section = ConfigurationSection(reader: reader, path: "", value: root)
        let value = read(section)
        section.refuseUnknownKeys()
        return (value, .object(section.effective))
    }

    /// Reads the object under `key`; an absent one is read as an empty object.
    package func section<Value>(_ key: String, _ read: (ConfigurationSection) -> Value) -> Value {
        let inner = ConfigurationSection(
            reader: reader,
            path: keyPath(key),
            value: readValue(key),
            isOuterBroken: isBroken
        )
        let value = read(inner)
        inner.refuseUnknownKeys()
        record(key, .object(inner.effective))
        return value
    }

    /// Reads the array of objects under `key`; an absent one is read as an empty array.
    func sections<Value>(_ key: String, _ read: (ConfigurationSection) -> Value) -> [Value] {
        var effective: [JSON5Value] = []
        let values = elements(key, default: []).enumerated().map { index, element in
            let path = "\(keyPath(key))[\(index)]"
            let inner = ConfigurationSection(reader: reader, path: path, value: element)
            let value = read(inner)
            inner.refuseUnknownKeys()
            effective.append(.object(inner.effective))
            return value
        }
        record(key, .array(effective))
        return values
    }

    /// Reports a problem with the value of `key`, or with its element `index`.
    func report(_ key: String, at index: Int? = nil, _ text: String) {
        reader.report(index.map { "\(keyPath(key))[\($0)]" } ?? keyPath(key), text)
    }

    /// Warns about the value of `key`, or about its element `index`.
    func warn(_ key: String, at index: Int? = nil, _ text: String) {
        reader.warn(index.map { "\(keyPath(key))[\($0)]" } ?? keyPath(key), text)
    }

    /// Adds a comment to the printed value of `key`, or to its element `index`.
    func comment(_ key: String, at index: Int? = nil, _ text: String) {
        reader.comment(index.map { "\(keyPath(key))[\($0)]" } ?? keyPath(key), text)
    }

    /// Reports that a required key is missing, unless the section itself is broken.
    func reportMissing(_ key: String, expected: String) {
        if !isBroken { report(key, "is missing, expected \(expected)") }
    }

    /// Reports a value of the wrong type.
    func reportType(_ key: String, at index: Int? = nil, _ value: JSON5Value, expected: String) {
        report(key, at: index, "is \(value.kind), expected \(expected)")
    }

    func keyPath(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The text of `--set` for `key`, if JSON5 reads it as a number or a boolean.
    ///
    /// Where a string is expected, such a text need not be quoted: `--set cashIn.channelId=95051`.
    func overridingText(_ key: String, insteadOf value: JSON5Value) -> String? {
        switch value {
        case .number, .boolean: reader.overridingText(keyPath(key))
        default: nil
        }
    }

    /// The value of `key`; registers the key as known.
    func readValue(_ key: String) -> JSON5Value? {
        readKeys.append(key)
        reader.know(keyPath(key))
        let value = members.first { $0.name == key }?.value
        if value != nil { reader.give(keyPath(key)) }
        return value
    }

    /// The elements of the array under `key`.
    func elements(_ key: String, default standard: [JSON5Value]) -> [JSON5Value] {
        switch readValue(key) {
        case .array(let elements): return elements
        case nil: return standard
        case .some(let other):
            reportType(key, other, expected: "an array")
            return standard
        }
    }

    /// Records the effective value of `key`.
    func record(_ key: String, _ value: JSON5Value) { effective.append(JSON5Member(key, value)) }

    /// Replaces the value recorded last, if the effective value differs from the written one.
    func amend(_ value: JSON5Value) {
        if !effective.isEmpty { effective[effective.count - 1].value = value }
    }

    private func refuseUnknownKeys() {
        for name in members.map(\.name) where !readKeys.contains(name) {
            let path = keyPath(name)
            // The keys of elements of an array are known only here.
            let known = Configuration.knownKeys + readKeys.map { keyPath($0) }
            let nearest = nearestKey(to: path, among: known)
            let hint = nearest.map { ", expected a known key; the nearest is \($0)" } ?? ""
            reader.report(path, "is unknown\(hint)")
        }
    }
}
