/// Where results are handed over: a loop, for what was asked from it.
package protocol CompletionQueue: AnyObject, Sendable {
    /// Runs all of `completions`, soon, in order, as one piece of work. May be called from any
    /// thread.
    func run(_ completions: [@Sendable () -> Void])
}
