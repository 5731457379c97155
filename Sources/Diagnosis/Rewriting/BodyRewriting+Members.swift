import Text

extension BodyRewriting {
    /// Members in another order, and members left out.
    static let members: [BodyRewriting] = [
        BodyRewriting(.members, .memberOrder, "members are signed sorted by name") { body in
            JSONTree.rendered(body) { members, _ in sorted(members) }
        },
        BodyRewriting(
            .members,
            .memberOrder,
            "the outermost members are signed sorted by name"
        ) { body in
            JSONTree.rendered(body) { members, depth in depth == 0 ? sorted(members) : members }
        },
        BodyRewriting(
            .members,
            .memberOrder,
            "members are signed in the order of the gateway's documentation"
        ) { body in JSONTree.rendered(body) { members, _ in documented(members) } },
        BodyRewriting(.members, .memberOrder, "members are signed in reverse order") { body in
            JSONTree.rendered(body) { members, _ in members.reversed() }
        },
        BodyRewriting(.members, .nullMembers, "members that are null are not signed") { body in
            JSONTree.rendered(body) { members, _ in members.filter { $0.value.kind != .null } }
        },
        BodyRewriting(
            .members,
            .nullMembers,
            "members that are null, or an empty string, are not signed"
        ) { body in
            JSONTree.rendered(body) { members, _ in
                members.filter { $0.value.kind != .null && $0.value.string?.isEmpty != true }
            }
        },
    ]

    private static func sorted(_ members: JSONTree.Members) -> JSONTree.Members {
        members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The members in the order of the notification's table (article Gateway); others last.
    private static func documented(_ members: JSONTree.Members) -> JSONTree.Members {
        let known = documentedNames.compactMap { name in members.first { $0.name == name } }
        return known + members.filter { !documentedNames.contains($0.name) }
    }

    private static let documentedNames = [
        "originalPartnerReferenceNo", "originalReferenceNo", "originalExternalId",
        "orgiginalExternalId", "latestTransactionStatus", "transactionStatusDesc",
        "latestTransactionStatusDesc", "latestTransactionStatusDec", "latestTransactionDesc",
        "amount", "createdTime", "finishedTime", "value", "currency",
    ]
}
