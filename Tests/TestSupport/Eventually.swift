/// A condition did not come true in time.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

/// Waits until a condition holds, looking again every few milliseconds.
///
/// - Parameters:
///   - what: The condition in words, for the failure.
///   - timeout: Far longer than it ever takes, since a busy machine is no fault.
///   - condition: What is waited for.
/// - Throws: ``NeverHappened`` at the timeout, or what the condition throws.
package func eventually(
    _ what: @autoclosure () -> String,
    within timeout: Duration = .seconds(60),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + timeout
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NeverHappened(description: "not within \(timeout): \(what())")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
