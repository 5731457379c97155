/// What is to be done with a result.
///
/// A value around a closure: closures in an array are wrapped, with an allocation, each time that
/// one is put in or taken out.
package struct Completion: Sendable {
    package let run: @Sendable () -> Void

    package init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Where results are handed over: a loop, for what was asked from it.
package protocol CompletionQueue: AnyObject, Sendable {
    /// Runs all of `completions`, soon, in order, as one piece of work. May be called from any
    /// thread.
    func run(_ completions: [Completion])
}
