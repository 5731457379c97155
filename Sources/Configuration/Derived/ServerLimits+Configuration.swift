import HTTPCore
package import HTTPServer

extension ServerLimits {
    /// The limits of one listener of a configuration.
    package init(_ limits: Configuration.Limits) {
        self.init()
        http.headerBytes = limits.headerBytes
        http.headerCount = limits.headerCount
        http.targetBytes = min(http.targetBytes, limits.headerBytes)
        http.bodyBytes = limits.bodyBytes
        connections = limits.connections
        headerSeconds = limits.headerSeconds
        bodySeconds = limits.bodySeconds
        idleSeconds = limits.idleSeconds
    }
}
