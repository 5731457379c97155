/// A closure that delivers a result.
///
/// A struct, because an array of plain closures allocates a wrapper each time one is added or
/// removed.
package struct Completion: Sendable {
    package let run: @Sendable () -> Void

    package init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// A queue that delivers results, such as the event loop that requested them.
package protocol CompletionQueue: AnyObject, Sendable {
    /// Schedules all of `completions` to run in order, as one job; may be called from any thread.
    func run(_ completions: [Completion])
}
