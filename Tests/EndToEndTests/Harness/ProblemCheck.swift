import Testing

/// Checks the shape of problem details (RFC 9457) and their kind.
///
/// - Parameter members: what the problem has beside the members of every problem.
func check(
    _ response: RawResponse,
    _ status: Int,
    _ name: String,
    field: String? = nil,
    members: Set<String> = [],
    _ comment: Comment? = nil,
    at location: SourceLocation = #_sourceLocation
) {
    #expect(response.status == status, comment, sourceLocation: location)
    #expect(
        response["Content-Type"] == "application/problem+json",
        comment,
        sourceLocation: location
    )
    let problem = response.json
    var names: Set = ["type", "title", "status", "detail", "retryable"]
    names.formUnion(members)
    if field != nil { names.insert("field") }
    #expect(problem.names == names, comment, sourceLocation: location)
    #expect(
        problem["type"].text == "urn:cashin-receiver:problem:\(name)",
        comment,
        sourceLocation: location
    )
    #expect(problem["status"].integer == status, comment, sourceLocation: location)
    #expect(problem["field"].text == field, comment, sourceLocation: location)
    #expect(problem["detail"].text?.isEmpty == false, comment, sourceLocation: location)
    #expect(problem["title"].text?.isEmpty == false, comment, sourceLocation: location)
    #expect(problem["retryable"].bool == (status >= 500), comment, sourceLocation: location)
}
