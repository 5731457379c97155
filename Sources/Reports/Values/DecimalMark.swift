/// The character before the decimals of amounts; the raw value is the word of the parameter.
package enum DecimalMark: String, CaseIterable, Sendable {
    case point, comma

    var byte: UInt8 { self == .point ? UInt8(ascii: ".") : UInt8(ascii: ",") }

    /// The character that separates thousands where this one is the decimal mark.
    var other: DecimalMark { self == .point ? .comma : .point }

    init?(byte: UInt8) {
        switch byte {
        case UInt8(ascii: "."): self = .point
        case UInt8(ascii: ","): self = .comma
        default: return nil
        }
    }
}

/// Which decimal mark the amounts of a report prove.
struct DecimalMarkEvidence {
    /// The first amount that proves a mark.
    private struct Proof {
        let mark: DecimalMark
        let line: Int
        let column: String
        let text: String
    }

    private var proof: Proof?

    /// What the request says; it outweighs all amounts.
    private let given: DecimalMark?

    init(given: DecimalMark?) { self.given = given }

    /// Adds an amount.
    ///
    /// - Throws: the amount contradicts an earlier one, or the request.
    mutating func add(
        _ literal: MoneyLiteral,
        _ text: ArraySlice<UInt8>,
        line: Int,
        column: String,
        parameter: ReportParameter
    ) throws(ReportProblem) {
        guard let mark = literal.provenMark else { return }
        if let given, mark != given {
            throw .value(
                text,
                "in which the decimal mark is not a \(given.rawValue)",
                line: line,
                column: column,
                parameter: .decimalMark
            )
        }
        guard let proof else {
            proof = Proof(mark: mark, line: line, column: column, text: shown(text))
            return
        }
        guard proof.mark != mark else { return }
        throw .value(
            text,
            "in which the decimal mark is a \(mark.rawValue), but it is a \(proof.mark.rawValue) "
                + "in \(proof.text) on line \(proof.line), \(quotedColumn(proof.column)); write "
                + "all amounts in one way",
            line: line,
            column: column,
            parameter: parameter
        )
    }

    /// The amount of a literal.
    ///
    /// - Throws: it has two readings, and no other amount tells which is right.
    func value(
        of literal: MoneyLiteral,
        line: Int,
        column: String,
        parameter: ReportParameter
    ) throws(ReportProblem) -> ReportedMoney {
        switch literal.reading {
        case .one(let sen): return ReportedMoney(sen: sen)
        case .two(let thousands, let decimals, let mark):
            // An amount with three decimals is no evidence of itself: only the request says so.
            if let given { return given == mark ? decimals : thousands }
            if proof?.mark == mark.other { return thousands }
            let text = literal.text(mark)
            var message = "does \(text) mean \(thousands) or \(decimals) rupiah?"
            if let proof {
                message +=
                    " \(proof.text) on line \(proof.line) has a decimal \(proof.mark.rawValue), "
                    + "but amounts have two decimals at most."
            }
            message +=
                " Set decimalMark to \(mark.other.rawValue) if the \(mark.rawValue) separates "
                + "thousands, to \(mark.rawValue) if decimals follow it."
            throw ReportProblem(
                "\(quotedColumn(column)): \(message)",
                line: line,
                parameter: .decimalMark
            )
        }
    }
}
