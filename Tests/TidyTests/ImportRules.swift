/// Rules about which target imports what.
enum ImportRules {
    /// Modules from outside that one wrapper each imports.
    private static let wrappers: [String: Set<String>] = [
        "CLinux": ["System"],
        "COpenSSL": ["Crypto", "HTTPClient"],
        "CSQLite": ["SQLite"],
        "Dispatch": ["Queues", "System"],
    ]

    /// Layers 0 to 2, where FoundationEssentials has no place.
    private static let lowLayers: Set<String> = [
        "CLinux", "COpenSSL", "CSQLite", "Queues", "System", "Text", "Crypto", "SQLite",
        "PostgreSQL", "QRCode", "Compression", "HTTPCore", "Payments", "Ledger", "Snap", "Captures",
        "Diagnosis", "Survey", "AlertMessages", "Overview",
    ]

    /// Layer 2, which does no I/O and knows no clock.
    private static let pure: Set<String> = [
        "HTTPCore", "Payments", "Ledger", "Snap", "Captures", "Diagnosis", "Survey",
        "AlertMessages", "Overview",
    ]

    /// The targets of the storage engine on SQLite.
    private static let engine: Set<String> = [
        "SQLiteFiles", "SQLiteStore", "Recovery",
    ]

    static func all(_ manifest: Manifest) -> [Rule] {
        [arrows(manifest), wrapped, engines, foundation, essentials, purity(manifest)]
    }

    static func arrows(_ manifest: Manifest) -> Rule {
        let own = Set(manifest.targets.map(\.name))
        return rule("a target imports only what Package.swift says it depends on") { module, name in
            own.contains(name) && manifest.dependencies(of: module)?.contains(name) != true
        }
    }

    static let wrapped = rule("a C module and Dispatch are imported by their wrappers only") {
        module,
        name in
        wrappers[name].map { !$0.contains(module) } ?? false
    }

    /// Another engine can take its place only while nothing above it knows SQLite.
    static let engines = rule("only the storage engine on SQLite imports SQLite") { module, name in
        name == "SQLite" && !engine.contains(module)
    }

    static let foundation = rule("FoundationEssentials, not the whole of Foundation") { _, name in
        name.hasPrefix("Foundation") && name != "FoundationEssentials"
    }

    static let essentials = rule("no FoundationEssentials below layer 3") { module, name in
        name == "FoundationEssentials" && lowLayers.contains(module)
    }

    static func purity(_ manifest: Manifest) -> Rule {
        let own = Set(manifest.targets.map(\.name))
        return rule("a pure target imports our own targets only") { module, name in
            pure.contains(module) && !own.contains(name)
        }
    }

    private static func rule(
        _ text: String,
        refuses: @escaping @Sendable (_ module: String, _ imported: String) -> Bool
    ) -> Rule {
        Rule(text: text) { file in
            guard let module = file.module else { return [] }
            return file.imports.filter { refuses(module, $0.module) }.map(\.line)
        }
    }
}
