package import Configuration
package import PostgreSQLStore

extension Configuration.DatabaseServer {
    /// The database, as the store and the commands open it.
    package var address: PostgreSQLAddress { PostgreSQLAddress(uri, isSingleCopy: isSingleCopy) }
}
