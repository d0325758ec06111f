/// A condition did not come true.
package struct NeverHappened: Error, CustomStringConvertible {
    package let description: String
}

/// How often a condition is looked at: half a minute's worth on a machine that does nothing else.
private let looks = 6_000

/// Waits until a condition holds, looking again every few milliseconds.
///
/// It counts its looks and not the time, so that a test that is held up by others does not fail for that.
///
/// - Parameters:
///   - what: The condition in words, for the failure.
///   - condition: What is waited for.
/// - Throws: ``NeverHappened``, or what the condition throws.
package func eventually(_ what: @autoclosure () -> String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<looks {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw NeverHappened(description: "it never came true that \(what())")
}
