package import Testing

extension Trait where Self == ConditionTrait {
    /// For tests of what only SQLite has: its files, its connections, its memory.
    package static var onSQLite: Self {
        .disabled(if: TestDatabase.isPostgreSQL, "it is about the files of SQLite")
    }
}
