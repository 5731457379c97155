/// Resolves the file names in a configuration.
struct ConfigurationPaths {
    private let directory: String
    private let environment: [String: String]

    /// - Parameter file: the configuration's own path; relative names are relative to its place.
    init(file: String, environment: [String: String]) {
        directory = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        self.environment = environment
    }

    /// `path` with its `${NAME}`s replaced, relative to the configuration file.
    func resolve(_ path: String) throws(Malformed) -> String {
        let expanded = try expand(path)
        guard !expanded.isEmpty else { throw Malformed("is empty, expected a path") }
        guard !expanded.utf8.contains(0) else { throw Malformed("holds a NUL, expected a path") }
        return expanded.hasPrefix("/") ? expanded : directory + expanded
    }

    /// `text` with its `${NAME}`s replaced.
    func expand(_ text: String) throws(Malformed) -> String {
        var expanded = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            expanded += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Malformed("has a \"${\" without its \"}\", expected ${NAME}")
            }
            let name = String(rest[start.upperBound..<end])
            guard let value = environment[name], !value.isEmpty else {
                throw Malformed(
                    "needs the environment variable \(name), which is not set; expected one that is"
                )
            }
            expanded += value
            rest = rest[rest.index(after: end)...]
        }
        return expanded + rest
    }
}
