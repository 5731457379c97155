import Testing

struct ManifestTests {
    static let sample = """
        func library(_ name: String) -> Target { }
        let package = Package(
            name: "sample",
            products: [.executable(name: "program", targets: ["program"])],
            targets: [
                .systemLibrary(
                    name: "CSQLite",
                    pkgConfig: "sqlite3",
                    providers: [.apt(["libsqlite3-dev"])]
                ),
                library("System"),
                library("SQLite", ["CSQLite"]),
                library("Payments"),
                library("Snap", ["Payments"]),
                library("HTTPCore"),
                library(
                    "Store",
                    ["SQLite", "Snap"]
                ),
                .executableTarget(
                    name: "program",
                    dependencies: ["Store"],
                    swiftSettings: strict
                ),

                // Tests.
                .testTarget(name: "StoreTests", dependencies: ["Store"]),
            ]
        )
        """

    @Test func `targets and their dependencies are read in order`() {
        let manifest = Manifest(text: Self.sample)
        #expect(
            manifest.targets.map(\.name) == [
                "CSQLite", "System", "SQLite", "Payments", "Snap", "HTTPCore", "Store", "program",
            ]
        )
        #expect(manifest.dependencies(of: "CSQLite") == [])
        #expect(manifest.dependencies(of: "Store") == ["SQLite", "Snap"])
        #expect(manifest.dependencies(of: "program") == ["Store"])
        #expect(manifest.dependencies(of: "StoreTests") == nil)
        #expect(manifest.upwardArrows.isEmpty)
    }

    @Test func `an arrow that points up is found`() {
        let text = Self.sample.replacing(
            "library(\"System\")",
            with: "library(\"System\", [\"Store\"])"
        )
        #expect(Manifest(text: text).upwardArrows == ["System -> Store"])
    }
}
