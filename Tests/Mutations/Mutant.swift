import Glibc

// What scripts/mutations writes in place of operators and constants of the ledger: `a == b` becomes
// `a %%= Mutant(17) ==% b`, which is `a != b` where MUTANT is 17. The operators have the precedence
// of those that they replace, so that the compiler finds the operands.

/// The number of the mutant that runs; 0 for none.
private let active = unsafe getenv("MUTANT").flatMap { unsafe Int(String(cString: $0)) } ?? 0

/// One changed place.
struct Mutant {
    let isActive: Bool

    init(_ number: Int) { isActive = number == active }

    func number<Value: BinaryInteger>(_ value: Value) -> Value { isActive ? value + 1 : value }

    func flag(_ value: Bool) -> Bool { value != isActive }
}

/// A left operand, and the place.
struct Held<Value> {
    let value: Value
    let isActive: Bool
}

precedencegroup MutantDisjunction {
    associativity: left
    higherThan: TernaryPrecedence
    lowerThan: LogicalConjunctionPrecedence
}
precedencegroup MutantConjunction {
    associativity: left
    higherThan: MutantDisjunction, LogicalDisjunctionPrecedence
    lowerThan: ComparisonPrecedence
}
precedencegroup MutantComparison {
    associativity: left
    higherThan: MutantConjunction, LogicalConjunctionPrecedence
    lowerThan: NilCoalescingPrecedence
}
precedencegroup MutantNegation {
    higherThan: BitwiseShiftPrecedence
}

infix operator %%= : MutantComparison
infix operator ==% : MutantComparison
infix operator !=% : MutantComparison
infix operator <% : MutantComparison
infix operator <=% : MutantComparison
infix operator >% : MutantComparison
infix operator >=% : MutantComparison
infix operator &&% : MutantConjunction
infix operator %&& : MutantConjunction
infix operator ||% : MutantDisjunction
infix operator %|| : MutantDisjunction
infix operator %! : MutantNegation
infix operator %~ : MutantNegation

func %%= <Value>(value: Value, place: Mutant) -> Held<Value> {
    Held(value: value, isActive: place.isActive)
}
func &&% (value: Bool, place: Mutant) -> Held<Bool> {
    Held(value: value, isActive: place.isActive)
}
func ||% (value: Bool, place: Mutant) -> Held<Bool> {
    Held(value: value, isActive: place.isActive)
}

func ==% <Value: Equatable>(left: Held<Value>, right: Value) -> Bool {
    (left.value == right) != left.isActive
}
func ==% <Value: Equatable>(left: Held<Value>, right: Value?) -> Bool {
    (left.value == right) != left.isActive
}
func ==% <Value>(left: Held<Value?>, right: _OptionalNilComparisonType) -> Bool {
    (left.value == nil) != left.isActive
}
func !=% <Value: Equatable>(left: Held<Value>, right: Value) -> Bool {
    (left.value != right) != left.isActive
}
func !=% <Value: Equatable>(left: Held<Value>, right: Value?) -> Bool {
    (left.value != right) != left.isActive
}
func !=% <Value>(left: Held<Value?>, right: _OptionalNilComparisonType) -> Bool {
    (left.value != nil) != left.isActive
}
func <% <Value: Comparable>(left: Held<Value>, right: Value) -> Bool {
    left.isActive ? left.value <= right : left.value < right
}
func <=% <Value: Comparable>(left: Held<Value>, right: Value) -> Bool {
    left.isActive ? left.value < right : left.value <= right
}
func >% <Value: Comparable>(left: Held<Value>, right: Value) -> Bool {
    left.isActive ? left.value >= right : left.value > right
}
func >=% <Value: Comparable>(left: Held<Value>, right: Value) -> Bool {
    left.isActive ? left.value > right : left.value >= right
}

func %&& (left: Held<Bool>, right: @autoclosure () throws -> Bool) rethrows -> Bool {
    if left.isActive { return left.value ? true : try right() }
    return left.value ? try right() : false
}
func %|| (left: Held<Bool>, right: @autoclosure () throws -> Bool) rethrows -> Bool {
    if left.isActive { return left.value ? try right() : false }
    return left.value ? true : try right()
}

/// `!value`, or `value`.
func %! (place: Mutant, value: Bool) -> Bool { value == place.isActive }

/// `value`, or `!value`.
func %~ (place: Mutant, value: Bool) -> Bool { value != place.isActive }
