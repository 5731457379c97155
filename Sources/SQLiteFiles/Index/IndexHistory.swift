package import SQLite

/// What an index file claims to cover: the rows up to a watermark, in one history of the main
/// database.
package struct IndexCover: Equatable, Sendable {
    var watermark = IndexWatermark()

    /// Identifies the history; see ``IndexHistory``.
    var proof = ""
}

/// The history of a main database, against which an index file is checked.
///
/// A restore, or a copy of the files, can put an older database under the same feed id beside a
/// newer index file. Then row IDs of the file may be given to other payments. The check prevents
/// its use.
package struct IndexHistory {
    /// The feed id of the main database.
    let feed: String

    /// The cover at a watermark; nil when the database has fewer rows than that.
    package let cover: (_ watermark: IndexWatermark) throws(SQLiteError) -> IndexCover?
}

extension IndexHistory {
    /// The history of the database that `main` has open.
    package init(_ main: Connection, feed: String) {
        self.init(feed: feed) { (watermark) throws(SQLiteError) in
            guard try MainDatabase.newest(main).covers(watermark),
                let proof = try Self.proof(at: watermark, main)
            else { return nil }
            return IndexCover(watermark: watermark, proof: proof)
        }
    }

    /// Values of the rows at a watermark that distinguish this history from others under the same
    /// feed id: the creation time of the payment, and the key and payment of the backlog row.
    /// Neither ever changes.
    ///
    /// Reads two rows by their primary keys. Nil when a row is missing; watermark 0 needs no row.
    private static func proof(
        at watermark: IndexWatermark,
        _ main: Connection
    ) throws(SQLiteError) -> String? {
        let payment = try main.prepare("SELECT created_at FROM payments WHERE id = ?").first {
            $0.integer(watermark.paymentID)
        } row: {
            "\($0.integer(0))"
        }
        let late = try main.prepare("SELECT key, payment_id FROM added_references WHERE id = ?")
            .first {
                $0.integer(watermark.addedReferenceID)
            } row: {
                "\($0.integer(0)):\($0.integer(1))"
            }
        if payment == nil, watermark.paymentID > 0 { return nil }
        if late == nil, watermark.addedReferenceID > 0 { return nil }
        return "\(payment ?? "-") \(late ?? "-")"
    }
}
