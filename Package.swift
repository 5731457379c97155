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

/// A library of the product. Arrows point down only; the layers are described in the README.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one library.
func tests(of name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name)] + more,
        swiftSettings: common
    )
}

/// A libFuzzer program over one library, built only when asked for with `FUZZ=1` (`scripts/fuzz`).
func fuzzer(_ name: String, of library: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [.target(name: library)],
        path: "Tests/Fuzz/" + name,
        swiftSettings: common + [.unsafeFlags(["-parse-as-library"])]
    )
}

let fuzzers: [Target] =
    Context.environment["FUZZ"] == nil
    ? []
    : [fuzzer("FuzzHTTP", of: "HTTPCore"), fuzzer("FuzzJSON", of: "Text")]

/// The load generator, built only when asked for with `BENCHMARK=1` (`scripts/benchmark`).
let benchmarks: [Target] =
    Context.environment["BENCHMARK"] == nil
    ? []
    : [
        .executableTarget(
            name: "Benchmark",
            dependencies: ["Crypto", "COpenSSL", "Support"],
            path: "Tests/Benchmark",
            swiftSettings: common
        )
    ]

let package = Package(
    name: "cashin-receiver",
    products: [
        .executable(name: "cashin-receiver", targets: ["cashin-receiver"]),
        .executable(name: "cashin-simulator", targets: ["cashin-simulator"]),
    ],
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

        // 1: wrappers.
        library("Queues"),
        library("Text"),
        library("System", ["CLinux", "Queues", "Text"]),
        library("Crypto", ["COpenSSL"]),
        library("SQLite", ["CSQLite"]),
        library("QRCode"),

        // 2: pure; no I/O, no clock.
        library("HTTPCore"),
        library("Payments"),
        library("Ledger", ["Payments"]),
        library("Snap", ["Text", "Payments", "Crypto"]),
        library("Diagnosis", ["HTTPCore", "Snap", "Text", "Crypto"]),
        library("Survey", ["Snap", "Text", "Payments"]),

        // 3: services.
        library("Logging", ["Text", "System", "Queues"]),
        library("Commands", ["Text", "System"]),
        library("HTTPServer", ["HTTPCore", "System", "Queues"]),
        library("HTTPClient", ["HTTPCore", "System", "Queues", "COpenSSL"]),
        library("CashIn", ["HTTPClient", "HTTPCore", "Snap", "Text", "Payments", "Crypto"]),
        library("Store", ["SQLite", "Ledger", "Payments", "Queues", "System"]),

        // 4: composition.
        library(
            "Receiver",
            [
                "HTTPServer", "HTTPClient", "HTTPCore", "CashIn", "Store", "Ledger", "Commands",
                "Logging", "Diagnosis", "Survey", "Snap", "Text", "Payments", "Crypto",
                "System", "Queues", "QRCode",
            ]
        ),
        library(
            "Simulator",
            [
                "HTTPClient", "HTTPServer", "HTTPCore", "Commands", "Logging", "Snap", "Text",
                "Payments", "Crypto", "System",
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
            dependencies: ["Crypto", "Snap", "Text"],
            path: "Tests/Support",
            swiftSettings: common
        ),
        tests(of: "Text", ["Support"]),
        tests(of: "System", ["Support"]),
        tests(of: "Crypto", ["Support"]),
        tests(of: "Queues"),
        tests(of: "SQLite", ["Support"]),
        tests(of: "QRCode"),
        tests(of: "HTTPCore"),
        tests(of: "Payments"),
        tests(of: "Ledger", ["Payments", "Support"]),
        tests(of: "Snap", ["Text", "Payments", "Crypto", "Support"]),
        tests(of: "Diagnosis", ["HTTPCore", "Snap", "Text", "Crypto", "Support"]),
        tests(of: "Survey", ["Snap", "Text", "Payments"]),
        tests(of: "Logging", ["Text"]),
        tests(of: "HTTPServer", ["HTTPCore", "System"]),
        tests(of: "HTTPClient", ["HTTPCore", "System", "COpenSSL", "Support"]),
        tests(
            of: "CashIn",
            [
                "HTTPClient", "HTTPServer", "HTTPCore", "System", "Snap", "Text", "Payments",
                "Crypto", "Support",
            ]
        ),
        tests(
            of: "Simulator",
            [
                "CashIn", "HTTPClient", "HTTPServer", "HTTPCore", "Commands", "Logging", "Snap",
                "Text", "Payments", "Crypto", "System", "Support",
            ]
        ),
        tests(of: "Store", ["Ledger", "Payments", "Queues", "SQLite", "System", "Support"]),
        tests(
            of: "Receiver",
            [
                "CashIn", "Commands", "Logging", "Diagnosis", "HTTPServer", "HTTPClient",
                "HTTPCore", "Ledger", "Payments", "Snap", "Text", "Crypto", "Store", "Survey",
                "System", "SQLite", "QRCode", "Support",
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Support", "Crypto", "Snap", "Text"],
            swiftSettings: common
        ),
        .testTarget(name: "TidyTests", swiftSettings: common),
    ] + fuzzers + benchmarks
)
