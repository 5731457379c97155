import APIModel

extension APIRequest {
    /// A parameter that names a consumer; nil when it is not given.
    package func consumerName(_ name: String) throws(Problem) -> String? {
        guard let text = text(name) else { return nil }
        guard ConsumerName.isValid(text) else {
            throw Problem(
                .invalidParameter,
                "\(name) has to be \(ConsumerName.expected).",
                field: name
            )
        }
        return text
    }
}
