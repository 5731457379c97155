package import AlertMessages
import HTTPClient
import Commands
import Crypto
import HTTPCore
import JSON5
package import Payments

extension Configuration {
    /// One element of `alerts`: where open attention entries are posted.
    ///
    /// Its URL and the values of its headers may be secrets, so its descriptions contain neither.
    package struct Alert: Sendable, Equatable {
        /// A header field of each message.
        package struct Header: Sendable, Equatable {
            package let name: String
            package let value: String
        }

        /// Unique; the state on disk belongs to it.
        package var name: String
        package var url: AlertURL
        package var headers: [Header]
        /// The form of the body; nil for the default body.
        package var body: AlertTemplate?
        /// The kinds of entries that are posted; empty for all.
        package var kinds: Set<AttentionKind>
        /// How long an entry must be open before it is posted.
        package var afterSeconds: Int

        /// The maximum of alerts; each has a task and at most one connection.
        package static let countMax = 16

        /// Reads one element; nil if a required value is missing or invalid.
        init?(_ section: ConfigurationSection) {
            let name = section.text("name", expected: "a name") { text throws(Malformed) in
                try TokenSettings.checkName(text)
                return text
            }
            let url = section.alertURL("url")
            headers = section.headers("headers")
            body = section.alertBody("body", headers: headers)
            kinds = Set(section.kinds("kinds"))
            afterSeconds = section.integer("afterSeconds", default: 60, in: 0...604_800)
            guard let name, let url else { return nil }
            self.name = name
            self.url = url
        }

        /// Whether entries of a kind are posted.
        package func covers(_ kind: AttentionKind) -> Bool {
            kinds.isEmpty || kinds.contains(kind)
        }

        /// The value of the header with this name; the name is case-insensitive.
        package func header(_ name: String) -> String? { headers.value(of: name) }
    }

    /// Reads `alerts`.
    static func alerts(_ section: ConfigurationSection) -> [Alert] {
        let alerts = section.sections("alerts") { Alert($0) }
        for (index, alert) in alerts.enumerated() {
            guard let alert else { continue }
            if alerts[..<index].contains(where: { $0?.name == alert.name }) {
                section.reader.report(
                    "alerts[\(index)].name",
                    "repeats \(JSON5Value.literal(alert.name)), expected each name once"
                )
            }
            if alert.url.origin.isSecure { warnWithoutTrust(alert, index, section.reader) }
        }
        if alerts.count > Alert.countMax {
            section.report(
                "alerts",
                "has \(alerts.count) elements, expected at most \(Alert.countMax)"
            )
        }
        return alerts.compactMap(\.self)
    }

    private static func warnWithoutTrust(
        _ alert: Alert,
        _ index: Int,
        _ reader: ConfigurationReader
    ) {
        guard !reader.context.hasTrustedCertificates() else { return }
        reader.warn(
            "alerts[\(index)].url",
            "is \(alert.url), and the system trusts no certificate authority "
                + "(\(SystemTrustStore.location)), so every message fails; expected the package "
                + "ca-certificates"
        )
    }
}

extension Configuration.Alert: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package var description: String { "alert \(name)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension [Configuration.Alert.Header] {
    fileprivate func value(of name: String) -> String? {
        first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

extension ConfigurationSection {
    /// Reads the URL of an alert; the printed value has no path.
    fileprivate func alertURL(_ key: String) -> AlertURL? {
        let expected = "an https URL, or an http URL of this machine"
        let url = text(key, expected: expected) { text throws(Malformed) in
            let url = try AlertURL(configured: text)
            reader.recordSecret(text, keyPath(key))
            return url
        }
        // The text that was read is secret even where it is malformed.
        amend(url.map { .string($0.redactedText) } ?? .null)
        return url
    }

    /// Reads an object of header fields; the printed values are hidden.
    fileprivate func headers(_ key: String) -> [Configuration.Alert.Header] {
        let members: [JSON5Member]
        switch readValue(key) {
        case .object(let object): members = object
        case nil: members = []
        case .some(let other):
            reportType(key, other, expected: "an object of header fields")
            members = []
        }
        record(key, .object(members.map { JSON5Member($0.name, .string("***")) }))
        var headers: [Configuration.Alert.Header] = []
        for member in members {
            do throws(Malformed) {
                let header = try Configuration.Alert.Header(member)
                guard headers.value(of: header.name) == nil else {
                    throw Malformed("repeats \(header.name), expected each name once")
                }
                headers.append(header)
                reader.recordSecret(header.value, "\(keyPath(key)).\(header.name)")
            } catch {
                report(key, error.text)
            }
        }
        return headers
    }

    /// Reads the template of the body, whose form follows from the header `Content-Type`.
    fileprivate func alertBody(
        _ key: String,
        headers: [Configuration.Alert.Header]
    ) -> AlertTemplate? {
        let type = headers.value(of: "Content-Type")
        let form: AlertTemplate.Form? = type.map { AlertTemplate.Form(contentType: $0) } ?? .json
        if form == nil {
            report(
                "headers",
                "has a Content-Type for which values cannot be escaped, expected application/json, "
                    + "text/plain or application/x-www-form-urlencoded"
            )
        }
        let expected = "a text with placeholders such as ${title}"
        let template = optionalText(key, expected: expected) { text throws(Malformed) in
            do throws(MalformedTemplate) {
                return try AlertTemplate(text, form: form ?? .plainText)
            } catch {
                throw Malformed(error.text)
            }
        }
        if let form, form != .json, template == nil, !reader.isUnreadable(keyPath(key)) {
            report(
                key,
                "is null, which stands for a JSON object, but the header Content-Type is not JSON; "
                    + "expected \(expected)"
            )
        }
        return template
    }

    /// Reads kinds of attention entries, without duplicates.
    fileprivate func kinds(_ key: String) -> [AttentionKind] {
        let kinds = texts(key, default: [], expected: "an attention kind") {
            text throws(Malformed) in
            guard let kind = AttentionKind(rawValue: text) else {
                let known = AttentionKind.allCases.map(\.rawValue)
                let nearest = nearestKey(to: text, among: known) ?? ""
                throw Malformed(
                    "is \(JSON5Value.literal(text)), expected the name of an attention kind; "
                        + "the nearest is \(JSON5Value.literal(nearest))"
                )
            }
            return kind
        }
        reportRepetitions(kinds.map(\.rawValue), key)
        return kinds
    }
}

extension Configuration.Alert.Header {
    /// Checks a member of `headers`; errors contain no value.
    fileprivate init(_ member: JSON5Member) throws(Malformed) {
        guard case .string(let value) = member.value else {
            throw Malformed(
                "has \(JSON5Value.literal(member.name)), which is \(member.value.kind), "
                    + "expected a string"
            )
        }
        do throws(UnsendableRequest) {
            // The serialiser of requests knows all rules about fields.
            _ = try serializeRequestHead(
                method: "POST",
                target: "/",
                host: "localhost",
                fields: [(member.name, value)],
                bodyBytes: 0
            )
        } catch {
            throw Malformed(
                "has \(JSON5Value.literal(member.name)), but \(Self.fault(error)); expected a "
                    + "header field (RFC 9110) that does not control the connection"
            )
        }
        self.init(name: member.name, value: value)
    }

    private static func fault(_ error: UnsendableRequest) -> String {
        if case .fieldName = error { return "that is not the name of a header field" }
        return error.description
    }
}
