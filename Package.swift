// swift-tools-version: 6.3
import PackageDescription

/// Every target: Swift 6 mode, and the checks that are due to become defaults.
///
/// Warnings are errors in `scripts/test` only: a newer compiler must not break a user's build.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Product code also has to mark every unsafe expression.
let strict: [SwiftSetting] = common + [.strictMemorySafety()]

/// A library of the product. Arrows point down only; article Architecture describes the layers.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one library.
///
/// They may use everything that the library depends on; imports are checked file by file.
func tests(of name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name), "Support"] + more,
        swiftSettings: common
    )
}

/// A libFuzzer program over libraries, built only when asked for with `FUZZ=1` (`scripts/fuzz`).
func fuzzer(_ name: String, of libraries: [String]) -> Target {
    .executableTarget(
        name: name,
        dependencies: libraries.map { .target(name: $0) },
        path: "Tests/Fuzz/" + name,
        swiftSettings: common + [.unsafeFlags(["-parse-as-library"])]
    )
}

let fuzzers: [Target] =
    Context.environment["FUZZ"] == nil
    ? []
    : [
        fuzzer("FuzzRequest", of: ["HTTPCore"]),
        fuzzer("FuzzResponse", of: ["HTTPCore"]),
        fuzzer("FuzzJSON", of: ["Snap", "Text", "Payments", "CSQLite"]),
        fuzzer("FuzzJSON5", of: ["JSON5", "Text"]),
        fuzzer("FuzzValues", of: ["HTTPCore", "System", "Snap", "Text", "Payments", "Crypto"]),
        fuzzer("FuzzKeys", of: ["Crypto"]),
        fuzzer("FuzzCaptures", of: ["Captures"]),
        fuzzer("FuzzReports", of: ["Reports", "Payments"]),
    ]

/// The load generator, built only when asked for with `BENCHMARK=1` (`scripts/benchmark`).
let benchmarks: [Target] =
    Context.environment["BENCHMARK"] == nil
    ? []
    : [
        .executableTarget(
            name: "Benchmark",
            dependencies: ["Crypto", "COpenSSL", "SQLite", "Support"],
            path: "Tests/Benchmark",
            swiftSettings: common
        ),
        .target(name: "SlowSync", path: "Tests/SlowSync"),
    ]

/// The library that the benchmark preloads into a receiver, to make its disk slow.
let benchmarkProducts: [Product] =
    benchmarks.isEmpty ? [] : [.library(name: "SlowSync", type: .dynamic, targets: ["SlowSync"])]

let package = Package(
    name: "cashin-receiver",
    products: [
        .executable(name: "cashin-receiver", targets: ["cashin-receiver"]),
        .executable(name: "cashin-simulator", targets: ["cashin-simulator"]),
        // The library that end-to-end tests preload into a receiver, to have its calls fail.
        .library(name: "CallFaults", type: .dynamic, targets: ["CallFaults"]),
        // The library that end-to-end tests preload into a receiver, to record its disk.
        .library(name: "DiskRecord", type: .dynamic, targets: ["DiskRecord"]),
        // The library that the soak preloads into a receiver, to step its clock.
        .library(name: "ClockStep", type: .dynamic, targets: ["ClockStep"]),
    ] + benchmarkProducts,
    targets: [
        // 0: C modules.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        // The page for people. Its files are embedded, not resources beside the program.
        .target(name: "COperatorPage", exclude: ["Files"]),

        // 1: wrappers.
        library("Queues"),
        library("Text"),
        library("System", ["CLinux", "Queues", "Text"]),
        library("Crypto", ["COpenSSL"]),
        library("SQLite", ["CSQLite"]),
        library("PostgreSQL", ["System"]),
        library("QRCode"),
        library("Compression"),

        // 2: pure; no I/O, no clock.
        library("JSON5", ["Text"]),
        library("HTTPCore"),
        library("Payments"),
        library("Ledger", ["Payments"]),
        library("Snap", ["Text", "Payments", "Crypto"]),
        library("Captures", ["HTTPCore", "Text", "Crypto"]),
        library(
            "Diagnosis",
            ["Captures", "HTTPCore", "Payments", "Snap", "Text", "Crypto", "Compression"]
        ),
        library("Survey", ["Snap", "Text", "Payments"]),
        library("AlertMessages", ["Payments", "Text"]),
        library("Search", ["Payments", "Text"]),
        library("Reports", ["Payments", "Text"]),
        library("Overview", ["Payments", "Text"]),

        // 3: services.
        library("Logging", ["Text", "System", "Queues"]),
        library("Commands", ["Text", "System"]),
        library("HTTPServer", ["HTTPCore", "System"]),
        library("HTTPClient", ["HTTPCore", "System", "Queues", "Crypto", "COpenSSL"]),
        library("CashIn", ["HTTPClient", "HTTPCore", "Snap", "Text", "Payments", "Crypto"]),
        library("Store", ["Ledger", "Payments", "Queues"]),
        library("SQLTables", ["Store", "Ledger", "Payments"]),
        library("SQLReaders", ["SQLTables", "Store", "Ledger", "Payments", "Queues"]),
        library(
            "SQLiteFiles",
            ["SQLTables", "Store", "SQLite", "Payments", "Queues", "System"]
        ),
        library(
            "SQLiteStore",
            [
                "SQLReaders", "SQLTables", "SQLiteFiles", "Store", "SQLite", "Ledger", "Payments",
                "System",
            ]
        ),
        library(
            "PostgreSQLStore",
            [
                "SQLReaders", "SQLTables", "SQLiteFiles", "PostgreSQL", "Store", "Ledger",
                "Payments", "Queues", "System",
            ]
        ),
        library(
            "Recovery",
            [
                "PostgreSQLStore", "SQLiteStore", "SQLTables", "SQLiteFiles", "Store", "SQLite",
                "Ledger", "Payments", "System",
            ]
        ),

        library("Exports", ["Store", "Payments", "Text"]),
        library("RecordSearch", ["Search", "Store", "Snap", "Payments", "Text"]),
        library("Metrics", ["HTTPServer", "Logging", "Snap", "Payments"]),

        // 4: composition.
        library("Alarms", ["Store", "Ledger", "Logging", "Payments"]),
        library(
            "Configuration",
            [
                "AlertMessages", "HTTPClient", "HTTPServer", "HTTPCore", "Logging", "Ledger",
                "Diagnosis", "Snap", "Payments", "JSON5", "Crypto", "System", "Text", "Commands",
            ]
        ),
        library(
            "Alerts",
            [
                "AlertMessages", "Configuration", "Metrics", "HTTPClient", "HTTPCore", "Store",
                "Logging", "Payments", "System", "Queues", "Text", "Commands",
            ]
        ),
        library(
            "Notify",
            [
                "Alarms", "Configuration", "Metrics", "HTTPServer", "HTTPCore", "Store", "Ledger",
                "Logging", "Snap", "Payments", "Crypto", "System", "Text",
            ]
        ),
        library(
            "Outbound",
            [
                "Alarms", "Configuration", "Metrics", "CashIn", "HTTPClient", "HTTPCore", "Store",
                "Ledger", "Logging", "Snap", "Payments", "System", "Queues", "Text", "Commands",
            ]
        ),
        library(
            "Maintenance",
            [
                "Configuration", "PostgreSQLStore", "SQLiteFiles", "Store", "Ledger", "Logging",
                "HTTPCore", "Snap", "Payments", "Crypto", "System", "Commands",
            ]
        ),
        library(
            "APIModel",
            [
                "Maintenance", "Notify", "Configuration", "HTTPCore", "Store", "Ledger",
                "Diagnosis", "Captures", "Search", "Overview", "Reports", "Survey", "Snap",
                "Payments",
                "Crypto", "Text",
            ]
        ),
        library(
            "OpenAPI",
            [
                "APIModel", "Exports", "Maintenance", "Configuration", "HTTPCore", "Store",
                "Ledger", "Diagnosis", "Search", "Overview", "Reports", "Snap", "Payments",
                "Commands", "Text",
            ]
        ),
        library(
            "Evidence",
            [
                "APIModel", "Configuration", "HTTPCore", "Store", "Ledger", "Diagnosis", "Captures",
                "Search", "Survey", "Snap", "Payments", "Crypto", "System", "Queues", "Text",
            ]
        ),
        library(
            "Exposition",
            [
                "Maintenance", "Alarms", "Metrics", "HTTPServer", "Store", "Logging", "Snap",
                "Payments", "Commands", "System",
            ]
        ),
        library("OperatorPage", ["HTTPCore", "Crypto", "COperatorPage"]),
        library(
            "InternalAPI",
            [
                "OperatorPage",
                "Evidence", "Exposition", "Exports", "OpenAPI", "APIModel", "Maintenance",
                "Outbound", "Notify", "Alarms", "Metrics", "Configuration", "CashIn", "QRCode",
                "HTTPServer", "HTTPCore", "Store", "Ledger", "RecordSearch", "Search", "Commands",
                "Overview", "Reports", "Logging", "Snap", "Payments", "Crypto", "System", "Queues",
                "Text",
            ]
        ),
        library("Forwarding", ["HTTPClient", "HTTPCore", "Crypto", "System"]),
        library(
            "ReceiverClient",
            [
                "APIModel", "Configuration", "Commands", "HTTPClient", "HTTPCore", "Snap", "JSON5",
                "System", "Queues", "Text",
            ]
        ),
        library(
            "FileCommands",
            [
                "ReceiverClient", "APIModel", "Maintenance", "Alerts", "AlertMessages",
                "Configuration", "Commands", "Recovery", "SQLiteStore", "SQLiteFiles",
                "PostgreSQLStore", "Store", "Ledger", "Diagnosis", "Captures", "Snap", "JSON5",
                "Crypto", "System", "Text",
            ]
        ),
        library(
            "Shell",
            [
                "ReceiverClient", "Forwarding", "APIModel", "Configuration", "Commands",
                "HTTPClient", "HTTPCore", "Logging", "Snap", "JSON5", "QRCode", "System", "Text",
            ]
        ),
        library(
            "Receiver",
            [
                "Shell", "FileCommands", "ReceiverClient", "InternalAPI", "Evidence", "APIModel",
                "Maintenance", "Outbound", "Notify", "Alarms", "Alerts", "Metrics",
                "Configuration", "HTTPServer", "HTTPClient", "HTTPCore", "SQLiteStore",
                "SQLiteFiles", "PostgreSQLStore", "Store", "Ledger", "Commands", "Logging", "Snap",
                "Payments",
                "Crypto", "System",
            ]
        ),
        library(
            "Simulator",
            [
                "HTTPClient", "HTTPServer", "HTTPCore", "Commands", "Logging", "Snap", "Text",
                "Payments", "Crypto", "System", "Compression",
            ]
        ),

        // 5: programs.
        .executableTarget(
            name: "cashin-receiver",
            dependencies: ["Receiver", "Commands"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "cashin-simulator",
            dependencies: ["Simulator", "Commands"],
            swiftSettings: strict
        ),

        // Tests.
        .target(
            name: "Support",
            dependencies: [
                "Configuration", "Commands", "HTTPCore", "Payments", "PostgreSQL", "Crypto", "Snap",
                "System", "Text", "COpenSSL",
            ],
            path: "Tests/Support",
            swiftSettings: common
        ),
        .target(name: "CallFaults", path: "Tests/CallFaults"),
        .target(name: "DiskRecord", path: "Tests/DiskRecord"),
        .target(name: "ClockStep", path: "Tests/ClockStep"),
        tests(of: "Text"),
        tests(of: "System"),
        tests(of: "Crypto", ["COpenSSL"]),
        tests(of: "Queues"),
        tests(of: "SQLite"),
        tests(of: "PostgreSQL", ["System"]),
        tests(of: "QRCode"),
        tests(of: "Compression"),
        tests(of: "JSON5"),
        tests(of: "HTTPCore"),
        tests(of: "Payments"),
        tests(of: "Ledger"),
        tests(of: "Snap"),
        tests(of: "Diagnosis"),
        tests(of: "Survey"),
        tests(of: "Logging"),
        tests(of: "HTTPServer"),
        tests(of: "HTTPClient"),
        tests(of: "CashIn", ["HTTPServer"]),
        tests(of: "Store"),
        tests(of: "SQLiteFiles", ["CSQLite"]),
        // The tests of Recovery are among them: they need the same stores.
        tests(
            of: "SQLiteStore",
            ["PostgreSQLStore", "SQLReaders", "SQLTables", "Recovery", "CSQLite"]
        ),
        tests(of: "Metrics"),
        tests(of: "Configuration"),
        tests(of: "Alarms", ["SQLiteStore", "SQLiteFiles"]),
        tests(of: "AlertMessages"),
        tests(of: "Search"),
        tests(of: "Reports"),
        tests(of: "Overview"),
        tests(of: "Alerts", ["SQLiteStore", "SQLiteFiles", "HTTPServer", "Ledger"]),
        tests(of: "Notify", ["SQLiteStore", "SQLiteFiles", "HTTPClient"]),
        tests(of: "Outbound", ["SQLiteStore", "SQLiteFiles", "SQLite", "HTTPServer"]),
        tests(of: "Exports"),
        tests(of: "APIModel"),
        tests(of: "OpenAPI"),
        tests(of: "Evidence", ["SQLiteStore", "SQLiteFiles"]),
        tests(of: "OperatorPage"),
        tests(of: "InternalAPI", ["SQLiteStore", "SQLiteFiles", "SQLite", "HTTPClient"]),
        tests(of: "Forwarding"),
        // The tests of ReceiverClient and FileCommands are among them: they run command lines.
        tests(of: "Shell", ["FileCommands", "HTTPServer"]),
        tests(of: "Receiver"),
        tests(of: "Simulator", ["CashIn"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Support", "Crypto", "Snap", "SQLite", "PostgreSQL", "Text"],
            swiftSettings: common
        ),
        // Optimized, because its rules read every character of the sources.
        .testTarget(name: "TidyTests", swiftSettings: common + [.unsafeFlags(["-O"])]),
    ] + fuzzers + benchmarks,
    // `#embed` in COperatorPage.
    cLanguageStandard: .c2x
)
